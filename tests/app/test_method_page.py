"""The method page without a browser: its numbers are the engine's, its steps and link work."""

import numpy as np
import pytest

from explainer import Settings, explain, load_model
from explainer.app.compute.method import path_curve
from explainer.app.method import lesson
from explainer.app.method.lesson import COUNTS, FINEST, USED, Lesson, from_query
from explainer.app.state.choices import Choices
from explainer.app.widgets.head_parts import says_parts
from explainer.app.widgets.question.examples import examples
from explainer.base.numbers import signed
from explainer.figures.charts.integral import _summed
from explainer.influence.sampling.path import quadrature
from tests import ui
from tests.ui import alts, checked, query

SENTIMENT = min((e.text for e in examples() if e.model == "sentiment"), key=len)
PILOTS = next(e for e in examples() if e.text.startswith("the pilot "))
TITLES = ["1", "2", "3", "4", "5", "6", "7"]


@pytest.fixture
def page():
    """A function that opens the page under a link with these parameters."""
    return lambda **choices: ui.opened("agreement", "method", **choices)


@pytest.fixture(scope="module")
def found():
    """The default example's explanation, computed without the page."""
    settings = Settings(points=USED, rule="trapezoid")
    model = load_model("agreement")
    return explain(model, Lesson.text, correct="are", wrong="is", settings=settings, flow=True)


def widget(test, kind: str, name: str):
    return ui.widget(test, kind, name, "method")


def notes(test) -> list[str]:
    messages = (message.value.replace("\\", "") for message in (*test.info, *test.error))
    return [line for message in messages for line in message.split("  \n")]


def test_the_page_follows_the_strongest_word_with_the_engines_numbers(page, found):
    test = page()
    assert [title.value[0] for title in test.subheader] == TITLES
    integral, gaps, node, component, flow = alts(test)
    strongest = found.patterns[0]
    assert f"“{strongest.token}” gets" in integral
    assert f"through “{strongest.token}” goes {signed(strongest.embedding_trail[0], 3)}" in node
    assert f"carries {signed(strongest.attention_trail[0], 3)}" in component
    assert signed(sum(found.influence)) in flow
    assert "The gap by the number of points" in gaps
    assert not notes(test)
    assert not query(test)


def test_every_step_of_every_word_is_the_patterns(page, found):
    test = page()
    word = found.patterns[1]
    checked(widget(test, "selectbox", "word").set_value(word.source).run())
    for layer in range(1, found.model.layers):
        checked(widget(test, "segmented_control", "node").set_value(layer).run())
        assert f"goes {signed(word.embedding_trail[layer - 1], 3)}" in alts(test)[2]
    checked(test.button(key="node_next").click().run())
    assert "The last node is the target, “[MASK]”" in alts(test)[2]
    assert test.button(key="node_next").disabled
    checked(widget(test, "segmented_control", "block").set_value(found.model.layers - 1).run())
    assert f"carries {signed(word.attention_influence, 3)}" in alts(test)[3]
    assert query(test) == {"word": str(word.source), "node": "6", "block": "5"}


def test_a_head_is_taken_apart_and_a_skip_is_not(page, found):
    word = next(p for p in found.patterns if set(p.components) > {"skip"})
    test = page(word=str(word.source))
    for edge, _, parts in word.steps():
        checked(widget(test, "segmented_control", "block").set_value(edge.layer).run())
        said = [shown.value.replace("\\", "") for shown in test.markdown]
        apart = [line for line in said if "(value)" in line]
        assert apart == ([] if parts is None else [says_parts(found, edge, parts)])


def test_steps_and_points_compute_nothing_again(page, monkeypatch):
    test = page()
    calls = []
    monkeypatch.setattr("explainer.app.compute.sentence.explain", lambda *a, **_: calls.append(a))
    monkeypatch.setattr("explainer.app.compute.method.trace_text", lambda *a, **_: calls.append(a))
    checked(widget(test, "select_slider", "points").set_value(33).run())
    checked(widget(test, "segmented_control", "rule").set_value("riemann").run())
    checked(widget(test, "segmented_control", "node").set_value(3).run())
    checked(widget(test, "segmented_control", "block").set_value(2).run())
    assert not calls
    assert "With 33 riemann points" in alts(test)[0]
    assert query(test) == {"points": "33", "rule": "riemann", "node": "3", "block": "2"}


def test_more_points_leave_a_smaller_gap(found):
    curve = path_curve(Lesson().finest_request)
    assert curve.counts == COUNTS
    assert curve.sampled("trapezoid", USED).gap == pytest.approx(found.completeness_gap, abs=1e-4)
    gaps = [abs(curve.sampled("trapezoid", points).gap) for points in (5, 9, 17, 33, FINEST)]
    assert gaps == sorted(gaps, reverse=True)


@pytest.mark.parametrize("rule", ["trapezoid", "riemann"])
def test_the_filled_area_is_what_the_rule_adds_up(rule):
    a, weights = quadrature(rule, 7)
    heights = np.random.default_rng(0).normal(size=7)
    x, y = _summed(a, heights, rule)
    area = float(np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2))
    assert area == pytest.approx(float(weights @ heights))


def test_another_example_starts_from_the_beginning(page):
    test = page(word="3", node="4", block="2", points="9")
    checked(widget(test, "selectbox", "text").set_value(SENTIMENT).run())
    assert query(test) == {"text": SENTIMENT, "points": "9"}
    assert r"\text{positive}" in test.latex[0].value
    assert "Choose what carries block" in [c.label for c in test.get("button_group")]


def test_wrong_values_in_a_link_fall_back_with_a_note(page):
    test = page(
        text="<img src=x onerror=alert(1)>", points="8", rule="magic", node="x", block="1e9"
    )
    said = notes(test)
    assert len(said) == 5
    assert all("not possible" in note for note in said)
    assert not query(test)


def test_steps_that_the_model_lacks_fall_back_with_a_note(page):
    test = page(word="0", node="9", block="77")
    said = notes(test)
    assert any("no hidden state 9" in note for note in said)
    assert any("no block 77" in note for note in said)
    test = page(word="99")
    assert any("Token 99" in note for note in notes(test))


def test_choices_survive_the_link():
    chosen = Lesson(text=SENTIMENT, points=2, rule="riemann", word=0, node=3, block=5)
    assert from_query(chosen.to_query()) == (chosen, ())
    assert from_query({}) == (Lesson(), ())
    assert lesson.from_query({"node": ""})[1]


def test_the_quantity_of_words_of_several_pieces_is_of_log_probabilities(page):
    """The figures read the same numbers; what Q is called must not be a logit."""
    test = page(correct="was never", wrong="are seldom")
    asked = [one.value for one in (*test.markdown, *test.latex) if "Q = " in one.value]
    asked += [one.proto.body for one in test.get("html") if "Q = " in one.proto.body]
    assert any("log P" in one for one in asked), asked
    assert not test.error


TWO = "the [MASK] that the assistant loves [MASK] old ."


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ({"text": "the old farmer [MASK] bad ."}, {}),
        (
            {"text": TWO, "correct": "farmers\nare", "wrong": "farmer\nis"},
            {"correct": ("farmers", "are"), "wrong": ("farmer", "is")},
        ),
        ({"text": TWO, "mask": "2", "correct": "is", "wrong": "are"}, {"mask": 2}),
        ({"text": "the farmers [MASK] old .", "correct": "unhappiest", "wrong": ""}, {}),
    ],
)
def test_a_question_of_ones_own_is_followed(tiny_masked_lm_dir, tiny_masked_lm, asked, own):
    test = ui.opened(tiny_masked_lm_dir, "method", own="yes", **asked)
    assert not notes(test)
    assert [title.value[0] for title in test.subheader] == TITLES
    given = {n: v for n, v in asked.items() if n in ("correct", "wrong") and v} | own
    if not own:
        given = {"correct": "are", "wrong": "is", **given}
        if asked.get("wrong") == "":
            del given["wrong"]
    settings = Settings(points=USED, rule="trapezoid")
    found = explain(tiny_masked_lm, asked["text"], settings=settings, **given)
    (value, *_) = (metric.value for metric in test.metric)
    assert value == signed(found.target.value)
    link = query(test)
    assert link["own"] == "yes"
    assert link["text"] == asked["text"]
    last = ui.opened(tiny_masked_lm_dir, "method", **link, node="3", block="2")
    assert not notes(last)
    _, _, node, component, _ = alts(last)
    assert ("leaves" in node) == (len(found.target.positions) > 1)
    assert "block 2" in component
    again = ui.opened(tiny_masked_lm_dir, "method", **link)
    assert [metric.value for metric in again.metric] == [metric.value for metric in test.metric]
    assert alts(again) == alts(test)


def test_who_comes_from_explore_finds_the_own_question_and_the_examples(tiny_masked_lm_dir):
    test = ui.opened(tiny_masked_lm_dir, text="the old farmer [MASK] bad .")
    test.switch_page("pages/method.py")
    test.query_params.clear()  # as the navigation does
    checked(test.run())
    box = widget(test, "selectbox", "text")
    assert box.options[0].startswith("the old farmer [MASK] bad . (your own, ")
    assert box.value == "own 0"
    assert query(test)["own"] == "yes"
    checked(box.set_value(Lesson.text).run())
    assert "own" not in query(test)
    box = widget(test, "selectbox", "text")
    assert box.options[0].startswith("the old farmer [MASK] bad . (your own, ")
    checked(box.set_value("own 0").run())
    assert query(test)["text"] == "the old farmer [MASK] bad ."


def test_an_example_that_was_explored_is_no_question_of_ones_own():
    test = ui.opened("agreement")
    test.switch_page("pages/method.py")
    test.query_params.clear()
    checked(test.run())
    assert ui.widget(test, "selectbox", "text", "method").value == Lesson.text
    assert "own" not in query(test)


def test_words_apart_and_what_cannot_be_read_get_a_sentence(tiny_masked_lm_dir):
    text = "the farmers [MASK] old ."
    test = ui.opened(tiny_masked_lm_dir, "method", own="yes", text=text, correct="unhappiest")
    (said,) = notes(test)
    assert said.endswith("or ask on the Explore page, which gives each a sentence of its own.")
    test = ui.opened(tiny_masked_lm_dir, "method", own="yes", text="no mask")
    (said,) = notes(test)
    assert "has no [MASK]" in said


def test_a_lesson_of_ones_own_is_in_its_link():
    own = Choices(text="a b [MASK]", correct="x", wrong=None, mask=None, model="roberta-base")
    chosen = Lesson(own=own, points=2, word=1)
    assert from_query(chosen.to_query()) == (chosen, ())
    assert from_query({"own": "yes", "mask": "none"})[1]


@pytest.mark.parametrize(
    ("kind", "asked", "said"),
    [
        ("tiny_tagger_dir", {"text": "the farmers love ."}, "one tag"),
        (
            "tiny_reader_dir",
            {"text": "is the farmer old", "pair": "the assistant is the old farmer ."},
            "one answer",
        ),
        ("tiny_classifier_dir", {"text": "good old farmers ."}, "one class"),
    ],
)
def test_every_kind_of_question_is_followed_to_its_end(request, kind, asked, said):
    folder = request.getfixturevalue(kind)
    test = ui.opened(folder, "method", own="yes", **asked, node="3", block="2")
    assert not notes(test)
    assert [title.value[0] for title in test.subheader] == TITLES
    assert any(said in text.value for text in test.markdown)
    assert len(alts(test)) == 5


def test_a_sentence_encoder_is_followed_to_its_pooled_tokens():
    asked = {"text": "A man plays.", "pair": "Someone makes music.", "node": "4"}
    test = ui.opened("similarity", "method", own="yes", **asked)
    assert not notes(test)
    assert "leaves" in alts(test)[2]


def test_who_comes_from_an_example_on_explore_finds_that_example():
    test = ui.AppTest.from_file(ui.APP, default_timeout=60)
    asked = {"text": PILOTS.text, "correct": PILOTS.correct, "wrong": PILOTS.wrong}
    test.query_params.update(asked)
    checked(test.run())
    for name in list(test.query_params):
        del test.query_params[name]
    test.switch_page("pages/method.py")
    checked(test.run())
    assert ui.widget(test, "selectbox", "text", "method").value == PILOTS.text
