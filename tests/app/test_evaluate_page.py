"""The evaluate page without a browser: one sentence under all methods, and its choices."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from explainer import load_model
from explainer.app import compute
from explainer.app.compute.runs.evaluate import record
from explainer.app.evaluate.choices import Inquiry, inquiry_from_query
from explainer.app.evaluate.snippet import sentence_snippet
from explainer.app.state.choices import FAIREST, Choices
from explainer.app.widgets.cuts import REPLACEMENT_NAMES, WITHOUT
from explainer.base.numbers import signed
from explainer.evaluation.evidence.finding import PERFORMANCE
from explainer.evaluation.methods import DEFAULT_METHODS, METHODS
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.sentence import evaluate_sentence
from explainer.figures.charts.ablations import (
    AblationRow,
    Ablations,
    ablations_scene,
    ablations_summary,
)
from explainer.intervention.filling import REPLACEMENTS
from explainer.tasks import Case
from tests import ui
from tests.ui import alts, checked, opened, query

SENTENCE = "the farmers that the assistant loves [MASK] old ."
OTHER = "the old farmer [MASK] bad ."


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the page with a tiny masked LM and further link parameters."""
    return partial(opened, tiny_masked_lm_dir, "evaluate")


BEFORE = {"replacement": "zero"}
"""What a link from before says by saying nothing, and from now on in words."""


def widget(test: AppTest, kind: str, name: str):
    return ui.widget(test, kind, name, "evaluate")


def messages(test: AppTest) -> list[str]:
    return [note.value.replace("\\", "") for kind in (test.error, test.info) for note in kind]


def verdict(test: AppTest) -> str:
    (found,) = alts(test)
    (said,) = [h.proto.body for h in test.get("html") if 'class="ipe-verdict"' in h.proto.body]
    assert found in said
    return found


def values(test: AppTest) -> dict[str, float]:
    table = test.dataframe[0].value
    return dict(zip(table["method"], table["Q left"], strict=True))


def test_the_page_shows_what_the_engine_finds(page, tiny_masked_lm_dir):
    test = page(points="5")
    assert not messages(test)
    assert query(test) == {"points": "5", **BEFORE}
    case = Case(SENTENCE, "are", "is", "own", "all", "")
    options = EvaluationOptions(settings=Choices(points=5).settings, replacements=("zero",))
    record = evaluate_sentence(load_model(str(tiny_masked_lm_dir)), case, 0, options)
    expected = {
        METHODS[o.method].label: o.value
        for o in record.outcomes
        if (o.level, o.words, o.mode) == ("embedding", "all", "keep")
    }
    assert values(test) == pytest.approx(expected, abs=1e-4)
    own = expected["influence pattern"]
    assert f"Q is {signed(own)} of {signed(record.value)}" in verdict(test)
    carried = next(
        c.share for c in record.carried if (c.method, c.level) == ("pattern", "embedding")
    )
    table = test.dataframe[0].value.set_index("method")
    assert table.loc["influence pattern", "influence carried"] == pytest.approx(100 * carried)


def test_toggles_compute_nothing_again_and_a_replacement_once(page, monkeypatch):
    test = page(points="5")
    calls = []

    def counted(*arguments):
        calls.append(arguments)
        return evaluate_sentence(*arguments)

    monkeypatch.setattr("explainer.app.compute.runs.evaluate.evaluate_sentence", counted)
    kept = verdict(test)
    for name, value in (("level", "attention"), ("words", "positive"), ("mode", "remove")):
        checked(widget(test, "segmented_control", name).set_value(value).run())
    checked(widget(test, "toggle", "every").set_value(True).run())
    assert not calls
    asked = {"level": "attention", "words": "positive", "mode": "remove", "every": "yes"}
    assert query(test) == {"points": "5", **asked, **BEFORE}
    assert verdict(test) != kept
    assert len(values(test)) == sum("attention" in m.levels for m in METHODS.values())
    checked(widget(test, "selectbox", "replacement").set_value("mean").run())
    assert len(calls) == 1
    assert query(test)["replacement"] == "mean"


def test_it_says_whom_the_baselines_values_favour(page):
    for replacement in ("baseline", "zero"):
        captions = [caption.value for caption in page(points="7", replacement=replacement).caption]
        found = any(PERFORMANCE.favours in caption for caption in captions)
        assert found == (replacement == "baseline")


def test_it_says_what_removing_nodes_cannot_tell(page):
    test = page(points="5", mode="remove")
    assert any(WITHOUT["embedding"] in caption.value for caption in test.caption)
    checked(widget(test, "segmented_control", "level").set_value("attention").run())
    assert not any(WITHOUT["embedding"] in caption.value for caption in test.caption)


def test_usual_methods_are_shown_first(page):
    levels = [METHODS[name].levels for name in DEFAULT_METHODS]
    assert len(values(page())) == sum("embedding" in level for level in levels)


def test_a_link_reproduces_the_page(page):
    asked = {
        "text": OTHER,
        "wrong": "old",
        "words": "positive",
        "level": "attention",
        "points": "4",
    }
    test = page(**asked)
    assert query(test) == {**asked, **BEFORE}
    assert widget(test, "text_area", "text").value == OTHER
    again = page(**query(test))
    assert verdict(again) == verdict(test)


def test_a_mistake_is_said_and_the_last_answer_stays(page):
    test = page(points="5")
    before = verdict(test)
    text = "<b>two</b> [MASK] [SEP]"
    checked(widget(test, "text_area", "text").set_value(text).run())
    (error,) = test.error
    assert "contains [SEP]" in error.value.replace("\\", "")
    assert widget(test, "text_area", "text").value == text
    assert verdict(test) == before
    assert any("still the result" in caption.value for caption in test.caption)
    checked(widget(test, "text_area", "text").set_value("the farmers love the farmer").run())
    assert "Which word should the model predict" in messages(test)[0]
    checked(widget(test, "text_area", "text").set_value(OTHER).run())
    assert not messages(test)
    assert verdict(test) != before


def test_wrong_values_in_a_link_fall_back_with_a_note(page):
    test = page(
        level="sideways", words="<img>", n="9", task="none", every="2", about="x", points="-1"
    )
    said = messages(test)
    for name in ("level", "words", "n", "task", "every", "about", "points"):
        assert any(f"asks for {name} " in note for note in said)
    assert not any("<img" in note.value.replace(r"\<", "") for note in test.info)
    assert query(test) == BEFORE


def test_the_explored_sentence_comes_along(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir, None, text=OTHER, correct="are", wrong="is", points="6")
    test.query_params.clear()  # as the browser's navigation does
    checked(test.switch_page("pages/evaluate.py").run())
    assert widget(test, "text_area", "text").value == OTHER
    assert query(test) == {"text": OTHER, "points": "6", "replacement": FAIREST}


def test_a_classifier_is_asked_about_a_class(tiny_classifier_dir):
    test = opened(tiny_classifier_dir, "evaluate", text="the old farmers are good .", label="1")
    assert not messages(test)
    assert "influence pattern" in values(test)
    whole = verdict(test)
    checked(widget(test, "selectbox", "other").set_value("positive").run())
    assert verdict(test) != whole


@pytest.mark.parametrize("points", [24, 3])
def test_the_snippet_prints_what_the_page_shows(tiny_masked_lm_dir, capsys, points):
    asked = Choices(model=str(tiny_masked_lm_dir), text="it's [MASK] .", points=points, wrong=None)
    request = compute.request_for(asked, "masked-lm")
    found = record(request, "baseline")
    exec(sentence_snippet(request, found, "baseline"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(found.outcomes)
    for line, outcome in zip(lines, found.outcomes, strict=True):
        *names, value = line.split()
        assert names == [outcome.method, outcome.level, outcome.words, outcome.mode]
        assert float(value) == pytest.approx(outcome.value)


def test_without_a_word_that_pulls_towards_the_answer_it_is_said(page, monkeypatch):

    def against(*arguments):
        found = evaluate_sentence(*arguments)
        patterns = tuple(p for p in found.patterns if p.influence < 0)
        return type(found)(**{**vars(found), "patterns": patterns})

    monkeypatch.setattr("explainer.app.compute.runs.evaluate.evaluate_sentence", against)
    assert "No word pulls towards" in messages(page(points="3", words="positive"))[0]


@pytest.mark.parametrize(
    "inquiry",
    [
        Inquiry(),
        Inquiry(about="task", task="own file", n=200, measure="Q", entropy="component entropy"),
        Inquiry(level="attention", words="positive", mode="remove", every=True),
        Inquiry(asked=Choices(text="a [MASK] b&c", correct=None, wrong="x", replacement="mean")),
        Inquiry(asked=Choices(model="m", label="1", other="2", points=7, keep_special=True)),
        Inquiry(asked=Choices(search="staged", beam=7)),
    ],
)
def test_choices_survive_the_link(inquiry):
    assert inquiry_from_query(inquiry.to_query()) == (inquiry, ())


def test_what_only_explore_knows_stays_there():
    explored = Choices(text="b [MASK]", level="attention", word=3, share=9, what="keep")
    inquiry, notes = inquiry_from_query({}, explored)
    assert inquiry == Inquiry(asked=Choices(text="b [MASK]", replacement="mean"))
    assert not notes
    assert inquiry_from_query({"text": "a"}, explored)[0].asked.text == "a"


def test_the_fairest_replacement_comes_first_and_a_link_from_before_keeps_its_own():
    assert inquiry_from_query({})[0].asked.replacement == FAIREST == REPLACEMENTS[0]
    assert REPLACEMENTS[-1] == "zero"
    assert "off the data" in REPLACEMENT_NAMES["zero"]
    assert Inquiry().to_query() == {}
    assert inquiry_from_query({"text": "a"})[0].asked.replacement == "zero"
    assert Inquiry(about="task").to_query() == {"about": "task", "replacement": FAIREST}


def made(whole: float, *, removed: bool = False, positive: bool = False) -> Ablations:
    return Ablations(
        correct="are",
        wrong="is",
        whole=whole,
        level="embedding",
        removed=removed,
        positive=positive,
        rows=(
            AblationRow("influence pattern", "pattern", 0.8, 9, 0.4),
            AblationRow("pattern, changed", "variant", 5.0, 9, 0.5),
            AblationRow("flow", "rival", 3.6, 11, 0.1),
            AblationRow("conductance", "rival", -1.5, 9, None),
        ),
    )


def test_the_result_in_one_sentence():
    assert ablations_summary(made(5.5)) == (
        "With only the nodes of the patterns kept, Q is +0.80 of +5.50; "
        "of the rivals, flow comes nearest, +3.60."
    )
    assert ablations_summary(made(5.5, removed=True, positive=True)) == (
        "Without the nodes of the patterns that pull towards the answer, Q is +0.80 instead of "
        "+5.50; of the rivals, conductance takes most away and leaves −1.50."
    )


def test_more_than_the_whole_model_has_is_not_best():
    of = made(3.0)  # a changed pattern leaves 5.0
    assert [row.value for row in of.ranked] == [3.6, 5.0, 0.8, -1.5]


def test_where_the_model_is_wrong_most_left_is_lowest():
    said = ablations_summary(made(-5.5))
    assert "and the model prefers “are”" in said
    assert said.endswith("conductance comes nearest, −1.50.")
    assert [row.value for row in made(-5.5).ranked] == [-1.5, 0.8, 3.6, 5.0]
    assert [row.value for row in made(-5.5, removed=True).ranked] == [5.0, 3.6, 0.8, -1.5]


@pytest.mark.parametrize("px", [360.0, 1100.0])
def test_dots_stand_where_their_values_are(px):
    scene = ablations_scene(made(5.5), px=px)
    spots = {spot.says[0]: spot for spot in scene.spots}
    x = {name: spot.x for name, spot in spots.items()}
    unit = (x["flow"] - x["influence pattern"]) / (3.6 - 0.8)
    assert x["conductance"] == pytest.approx(x["influence pattern"] - 2.3 * unit)
    heights = [spots[row.label].y for row in made(5.5).ranked]
    assert heights == sorted(heights)
    assert all(0 < spot.x < px and 0 < spot.y < scene.height for spot in scene.spots)
    assert "9 nodes kept" in spots["conductance"].says


def test_a_word_of_several_pieces_is_asked_against_another(tiny_masked_lm_dir):
    test = opened(
        tiny_masked_lm_dir,
        "evaluate",
        text="the farmers that the assistant loves [MASK] old .",
        correct="unhappiest",
        wrong="",
        points="3",
        rule="trapezoid",
    )
    assert not test.exception
    assert any("of several pieces has no rival" in error.value for error in test.error)
