"""The explore page without a browser: what it shows, keeps, refuses and puts into its link."""

import re
from dataclasses import replace
from functools import partial

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explainer import api
from explainer.app import compute
from explainer.app.compare.choices import Pair, pair_from_query
from explainer.app.evaluate.choices import Inquiry, inquiry_from_query
from explainer.app.explore.inspector.subject import strongest_step
from explainer.app.method.lesson import Lesson
from explainer.app.method.lesson import from_query as lesson_from_query
from explainer.app.state.choices import WAS_LEFT_OUT, Choices, alike, from_query
from explainer.app.state.editor import UNSET
from explainer.app.widgets.cuts import WITHOUT
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.pair.graphs import clicked_word
from explainer.app.widgets.question.asking import differs
from explainer.app.widgets.question.controls import model_label
from explainer.app.widgets.question.examples import examples
from explainer.app.widgets.question.masking import masked, with_words
from explainer.app.widgets.question.sentence_box import chip_labels
from explainer.base.numbers import signed
from explainer.influence.measure import measure
from explainer.models.presets import PRESETS
from explainer.question.mask import MASK_SPELLINGS
from explainer.question.masks.word import masked_word
from explainer.question.sentence import read_sentence
from explainer.results.route import Route
from explainer.results.settings import Settings
from tests.ui import APP, checked, opened, query, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."


@pytest.fixture
def page(tiny_masked_lm_dir):
    """A function that opens the page with a tiny masked LM and further link parameters."""
    return partial(opened, tiny_masked_lm_dir)


def graph_alt(test: AppTest) -> str:
    return test.get("plotly_chart")[0].proto.alt


def messages(test: AppTest) -> list[str]:
    return [message.value for kind in (test.error, test.info) for message in kind]


def follow(test: AppTest, **changes: str) -> None:
    """Follow a link that differs from the page's own."""
    for name, value in changes.items():
        test.query_params[name] = value
    checked(test.run())


def test_the_page_shows_the_graph_of_the_example(page):
    test = page()
    assert widget(test, "text_area", "text").value == SENTENCE
    assert "influence on are − is" in graph_alt(test)
    assert not messages(test)
    assert not query(test)
    table = test.dataframe[0].value
    assert len(table) == 10
    assert set(table["word"]) >= {"farmers", "assistant"}


def test_a_toggle_computes_nothing_again(page, monkeypatch):
    test = page()
    calls = []
    monkeypatch.setattr("explainer.app.compute.sentence.explain", lambda *a, **_: calls.append(a))
    for name, value in (("level", "embedding"), ("overlay", "both")):
        checked(widget(test, "segmented_control", name).set_value(value).run())
    checked(widget(test, "slider", "share").set_value(0).run())
    checked(widget(test, "selectbox", "word").set_value(2).run())
    assert not calls
    assert query(test) == {"level": "embedding", "overlay": "both", "share": "0", "word": "2"}
    assert "“farmers”" in graph_alt(test)


def plain_text(markdown: str) -> str:
    return markdown.replace("\\", "")


def strip_values(test: AppTest) -> list[str]:
    """The numbers in the page's strips, in order."""
    return re.findall(
        r"<b[^>]*>([^<]*)</b>", " ".join(block.proto.body for block in test.get("html"))
    )


def test_a_selected_word_opens_its_steps_and_what_ifs(page, monkeypatch):
    test = page(word="2")
    shown = compute.explanation(test.session_state["explore_last_request"])
    pattern = next(p for p in shown.patterns if p.source == 2)
    steps = widget(test, "segmented_control", "step")
    assert steps.value == strongest_step(pattern).layer
    assert len(steps.options) == shown.model.layers
    # How the head carries is no figure, and its map is drawn when it is opened.
    assert len(test.get("plotly_chart")) == 1
    by_head = pattern.components[steps.value] != "skip"
    assert any('class="ipe-parts"' in block.proto.body for block in test.get("html")) == by_head

    calls = []
    monkeypatch.setattr("explainer.app.compute.sentence.explain", lambda *a, **_: calls.append(a))
    checked(widget(test, "segmented_control", "step").set_value(1).run())
    as_it_is = strip_values(test)
    for what in ("component", "step", "keep", "remove"):
        checked(widget(test, "segmented_control", "what").set_value(what).run())
        before, after, _ = strip_values(test)[len(as_it_is) :]
        assert before == signed(shown.target.value)
        assert after != before
    assert query(test)["what"] == "remove"
    assert any(plain_text(note.value).startswith(WITHOUT["attention"]) for note in test.caption)
    checked(widget(test, "segmented_control", "what").set_value("none").run())
    assert strip_values(test) == as_it_is
    assert not calls


def test_a_route_of_ones_own_is_measured_exactly(page, tiny_masked_lm):
    test = page(word="2", own="2,7,7;skip,any,1")
    shown = compute.explanation(test.session_state["explore_last_request"])
    sentence = read_sentence(tiny_masked_lm, SENTENCE)
    quantity = masked_word(tiny_masked_lm, sentence, "are", "is")
    with torch.no_grad():
        trace = api.follow(tiny_masked_lm, sentence, quantity, shown.settings)
        exact = measure(trace, Route((2, 2, 7, 7), ("skip", None, 1))).influence
    assert any(signed(exact, 3) in plain_text(m.value) for m in test.markdown)
    assert query(test)["own"] == "2,7,7;skip,any,1"

    impossible = page(word="2", own="2,7,7;skip,skip,1")
    assert any("a skip connection cannot" in plain_text(e.value) for e in impossible.error)

    checked(widget(test, "selectbox", "word").set_value(1).run())
    assert "own" not in query(test)


@pytest.mark.parametrize(
    "own", ["", "1", "1,2;skip,0", "1,2,7;skip,0,x", "99,7,7;0,0,0", "0,7,7;5,0,0"]
)
def test_a_route_in_a_link_that_fits_nothing_falls_back(page, own):
    test = page(word="2", own=own)
    assert "own" not in query(test)
    for again in (test, test.run()):  # the page runs again once its width is known
        noted = any("own route does not fit" in message for message in messages(again))
        assert noted == bool(own)
    for word in (1, 2):  # and back: nobody has asked for it again
        checked(widget(test, "selectbox", "word").set_value(word).run())
        assert not any("own route does not fit" in message for message in messages(test))


def test_a_link_reproduces_the_page(page):
    asked = {
        "text": "the farmer loves [MASK] .",
        "correct": "old",
        "wrong": "bad",
        "level": "embedding",
        "overlay": "skip",
        "share": "0",
        "word": "3",
        "what": "step",
        "replacement": "baseline",
        "points": "7",
        "tolerance": "0.02",
        "baseline": "zero",
        "keep_special": "yes",
        "top_k": "2",
        "search": "staged",
        "beam": "9",
    }
    test = page(**asked)
    assert query(test) == asked
    assert not messages(test)
    assert "“loves”" in graph_alt(test)
    assert "old − bad" in graph_alt(test)
    assert widget(test, "number_input", "points").value == 7
    assert widget(test, "select_slider", "tolerance").value == 0.02
    assert widget(test, "toggle", "keep_special").value is True
    assert widget(test, "number_input", "beam").disabled


def test_the_page_searches_jointly_and_says_so(page):
    test = page()
    assert "found by joint search, beam 4." in " ".join(c.value for c in test.caption)
    nodes = page(level="embedding")
    assert "beam 4, for what their heads and skips carry" in " ".join(
        c.value for c in nodes.caption
    )
    checked(widget(test, "number_input", "beam").set_value(2).run())
    assert "found by joint search, beam 2." in " ".join(c.value for c in test.caption)
    checked(widget(test, "selectbox", "search").set_value("staged").run())
    assert query(test) == {"search": "staged", "beam": "2"}
    assert "found by staged search." in " ".join(c.value for c in test.caption)


def test_every_rule_begins_with_its_usual_points(page):
    test = page(points="7", rule="midpoint")
    checked(widget(test, "selectbox", "rule").set_value("adaptive").run())
    assert query(test).get("points") is None
    assert widget(test, "number_input", "points").value == Settings(rule="adaptive").points == 200
    checked(widget(test, "select_slider", "tolerance").set_value(0.05).run())
    assert query(test)["tolerance"] == "0.05"
    (gap,) = [metric for metric in test.metric if metric.label.startswith("gap with")]
    assert re.fullmatch(r"gap with \d\d points", gap.label)
    assert "Rule: adaptive." in gap.help
    checked(widget(test, "selectbox", "rule").set_value("riemann").run())
    assert widget(test, "number_input", "points").value == 24


@pytest.mark.parametrize("value", ["0", "-0.1", "1.5", "nan", "1e-3", "", "2 %"])
def test_a_tolerance_that_is_none_is_not_taken_from_a_link(value):
    choices, notes = from_query({"tolerance": value})
    assert choices == Choices()
    assert len(notes) == 1
    assert "tolerance" in notes[0]


def test_the_way_back_to_an_earlier_link_works(page):
    test = page(level="embedding")
    checked(widget(test, "slider", "share").set_value(20).run())
    assert query(test) == {"level": "embedding", "share": "20"}
    del test.query_params["share"]
    checked(test.run())
    assert widget(test, "slider", "share").value == 5
    assert widget(test, "segmented_control", "level").value == "embedding"


def test_a_click_that_comes_with_an_old_link_counts(page):
    test = page()
    checked(widget(test, "slider", "share").set_value(20).run())
    del test.query_params["share"]
    checked(widget(test, "segmented_control", "level").set_value("embedding").run())
    assert query(test) == {"level": "embedding", "share": "20"}


def test_wrong_values_in_a_link_fall_back_with_a_note(page):
    test = page(level="sideways", share="-3", points="1e9", word="99", rule="<img src=x>")
    said = messages(test)
    for name in ("level", "share", "points", "rule"):
        assert any(f"asks for {name}" in message for message in said)
    assert any("Token 99 has no pattern" in message for message in said)
    assert not any("<img" in message.replace(r"\<", "") for message in said)
    assert not query(test)
    checked(widget(test, "slider", "share").set_value(10).run())
    assert not messages(test)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("   ", "is blank"),
        ("two [MASK] and [SEP]", "contains [SEP]"),
        ("the [MASK] \x07", "control character"),
        ("the [SEP] [MASK]", "sets itself"),
        ("the " * 40 + "[MASK]", "tokens long"),
    ],
)
def test_bad_input_gets_one_sentence_and_keeps_everything(page, text, says):
    test = page()
    before = graph_alt(test)
    checked(widget(test, "text_area", "text").set_value(text).run())
    (error,) = test.error
    assert says in error.value.replace("\\", "")
    assert widget(test, "text_area", "text").value == text
    assert graph_alt(test) == before
    (kept,) = [c.value for c in test.caption if "still the result" in c.value]
    assert "What is asked above has another sentence" in kept
    checked(widget(test, "text_area", "text").set_value(SENTENCE).run())
    assert not test.error


def test_a_kept_result_says_what_it_differs_in(tiny_masked_lm_dir):
    asked = Choices(model=str(tiny_masked_lm_dir), text=SENTENCE)
    request = compute.request_for(asked, "masked-lm")
    for changes, other in (
        ({}, []),
        ({"text": "the [MASK]"}, ["sentence"]),
        ({"wrong": "were"}, ["question"]),
        ({"label": "1"}, []),  # which is not asked of this model
        ({"text": "a", "correct": None}, ["sentence", "question"]),
        ({"model": "no-such", "wrong": None}, ["model"]),
    ):
        assert differs(request, replace(asked, **changes)) == other


def test_the_model_list_says_what_each_is_and_where(page):
    box = widget(page(), "selectbox", "model")
    (built_in,) = [label for label in box.options if label.startswith("agreement ")]
    assert re.fullmatch(r"agreement · masked LM, 6 layers · \d+ MB on this machine", built_in)
    large = next(preset for preset in PRESETS if preset.task == "classification")
    said = f"{large.name} · classifier, 12 layers · 438 MB to download"
    assert model_label(replace(large, licence="MIT")) == f"{said}, MIT"
    assert model_label(replace(large, licence="")) == f"{said}, licence not stated"


def test_a_sentence_without_a_mask_is_asked_for_one(page):
    test = page(text="the farmers are old .", correct="", wrong="")
    assert not test.error
    (info,) = test.info
    assert "Which word" in info.value
    chips = widget(test, "button_group", "chip")
    checked(chips.set_value(2).run())
    assert widget(test, "text_area", "text").value == "the farmers [MASK] old ."
    assert test.session_state["choices"].correct == "are"
    assert "influence on are − " in graph_alt(test)
    chips = widget(test, "button_group", "chip")
    checked(chips.set_value(None).run())
    assert widget(test, "text_area", "text").value == "the farmers are old ."


def test_clicking_another_word_puts_the_first_one_back(page):
    test = page()
    checked(widget(test, "button_group", "chip").set_value(1).run())
    text = "the [MASK] that the assistant loves are old ."
    assert widget(test, "text_area", "text").value == text
    checked(widget(test, "button_group", "chip").set_value(0).run())
    text = "[MASK] farmers that the assistant loves are old ."
    assert widget(test, "text_area", "text").value == text


@pytest.mark.parametrize("word", ["zebra", "are zebra", "is", "[SEP]"])
def test_impossible_contrast_words_are_refused(page, word):
    test = page()
    before = graph_alt(test)
    follow(test, correct=word)
    assert len(test.error) == 1
    # The sentence is the same: what differs is what the answer below was asked for.
    assert any("asked for “are” rather than “is”" in caption.value for caption in test.caption)
    assert widget(test, "selectbox", "correct").value == word
    assert widget(test, "selectbox", "wrong").value == "is"
    assert graph_alt(test) == before


def test_a_click_selects_a_word_and_a_second_one_none():
    edge = {"customdata": ["edge", 2, 0, 2, 2, "skip"]}
    bare = {"customdata": ["node", None, 1, 4, 4, None]}
    assert clicked_word([edge], None) == 2
    assert clicked_word([edge], 5) == 2
    assert clicked_word([edge], 2) is None
    assert clicked_word([bare, edge], 5) == 2
    assert clicked_word([bare], 5) == 5
    assert clicked_word([], 5) == 5


def test_a_contrast_can_be_handed_back_to_the_model(page):
    test = page()
    checked(widget(test, "selectbox", "correct").set_value(UNSET).run())
    assert test.session_state["choices"].correct is None
    assert query(test) == {"correct": ""}
    checked(test.run())
    assert widget(test, "selectbox", "correct").value == UNSET


def test_a_classifier_has_labels_instead_of_words(page, tiny_classifier_dir):
    test = page(model=str(tiny_classifier_dir), text="the old farmer", label="positive")
    assert "influence on positive" in graph_alt(test)
    assert widget(test, "selectbox", "other").value == UNSET
    with pytest.raises(KeyError):
        widget(test, "button_group", "chip")
    checked(widget(test, "selectbox", "other").set_value("negative").run())
    assert "influence on positive − negative" in graph_alt(test)
    wrong = page(model=str(tiny_classifier_dir), text="the old farmer", label="splendid")
    (error,) = wrong.error
    assert "splendid" in error.value


def test_a_model_that_cannot_be_loaded_leaves_the_page(page):
    test = page()
    before = graph_alt(test)
    follow(test, model="/no/such/folder")
    (error,) = test.error
    assert "no model folder" in error.value
    assert graph_alt(test) == before
    assert widget(test, "text_area", "text").value == SENTENCE


def test_a_wrong_setting_of_the_server_is_said(monkeypatch):
    compute.listings.clear()
    monkeypatch.setenv("EXPLAINER_MODELS", "some")
    test = checked(AppTest.from_file(APP, default_timeout=60).run())
    compute.listings.clear()
    (error,) = test.error
    assert "EXPLAINER" in error.value


def test_an_example_fills_everything_in(page):
    test = page()
    number = next(i for i, e in enumerate(examples()) if e.text.startswith("the farmer that"))
    checked(test.button(key=f"example_{number}").click().run())
    assert widget(test, "text_area", "text").value == examples()[number].text
    assert widget(test, "selectbox", "correct").value == "is"
    assert "influence on is − are" in graph_alt(test)


def test_choices_survive_the_link():
    for choices in (
        Choices(),
        Choices(correct=None, wrong=None, word=0, share=0, keep_special=True),
        Choices(text="", model="", label="a b&c=d?"),
        Choices(points=77, tolerance=0.00025),
        Choices(tolerance=1.0),
    ):
        assert from_query(choices.to_query()) == (choices, ())


def test_a_link_of_a_text_alone_asks_what_one_asks_who_types_it():
    other = "Paris is the capital of [MASK] ."
    found, notes = from_query({"text": other, "model": "m"})
    assert (found.correct, found.wrong, notes) == (None, None, ())
    assert from_query(found.to_query()) == (found, ())
    alike = "the farmer that the assistants love [MASK] old ."
    found, _ = from_query({"text": alike})
    assert (found.correct, found.wrong) == ("are", "is")
    # What the app has written itself means the usual words, and now says so where it must.
    before, _ = from_query({"text": other, "merge": "yes", "replacement": "mean"})
    assert (before.correct, before.wrong) == ("are", "is")
    usual = Choices(text=other)
    assert usual.to_query() == {"text": other, "correct": "are", "wrong": "is"}
    for read in (pair_from_query, inquiry_from_query):
        found, _ = read({"text": other})
        asked = found.first if isinstance(found, Pair) else found.asked
        assert (asked.correct, asked.wrong) == (None, None)
    lesson, _ = lesson_from_query({"text": other, "own": "yes"})
    assert (lesson.own.correct, lesson.own.wrong) == ("are", "is")
    inquiry, _ = inquiry_from_query({"text": other, "level": "attention"})
    assert (inquiry.asked.correct, inquiry.asked.wrong) == ("are", "is")


@pytest.mark.parametrize("name", ["text", "pair"])
def test_a_link_says_that_a_text_was_too_long_for_it(name):
    own = {"correct": "is", "wrong": "was", "word": 3, "share": 7}
    long = Choices(**{name: "x" * 2001}, **own)
    links = (
        (long.to_query(), from_query, lambda found: found),
        (Pair(first=long, second=Choices()).to_query(), pair_from_query, lambda pair: pair.first),
        (Pair(first=Choices(), second=long).to_query(), pair_from_query, lambda pair: pair.first),
        (Lesson(own=long).to_query(), lesson_from_query, lambda lesson: lesson.own),
        (Inquiry(asked=long).to_query(), inquiry_from_query, lambda inquiry: inquiry.asked),
    )
    for link, read, first in links:
        assert not link.keys() & {"text", "pair", "text2", "pair2", "correct", "word"}
        found, notes = read(link)
        assert notes == (WAS_LEFT_OUT,)
        # An example, asked as it always is, and not what was asked of the long text.
        example = first(found)
        assert (example.text, example.correct, example.word) == (Choices.text, "are", None)
    assert from_query(links[0][0])[0].share == 7


def test_points_and_rule_that_do_not_go_together_are_mended():
    choices, notes = from_query({"points": "1", "rule": "riemann"})
    assert choices.settings == Settings(search="joint")
    assert len(notes) == 1


def test_a_contrast_stays_for_a_minimal_pair_only():
    choices = Choices(word=2)
    pair = choices.with_text("the farmer that the assistants love [MASK] old .")
    assert (pair.correct, pair.wrong, pair.word) == ("are", "is", None)
    other = choices.with_text("Paris is the capital of [MASK] .")
    assert (other.correct, other.wrong) == (None, None)
    assert not alike("", "something else")


def test_masking_moves_the_mask_and_nothing_else():
    text = "  We ate <mask> , you know"
    spans = ((2, 4), (5, 8), (9, 15), (16, 17), (18, 21), (22, 26))
    assert masked(text, spans, MASK_SPELLINGS) == (2,)
    both = {0: "[MASK]", 2: "fish"}
    assert with_words(text, spans, both) == "  [MASK] ate fish , you know"
    assert with_words(text, spans, {2: "fish"}) == "  We ate fish , you know"


def test_chips_of_equal_words_stay_apart():
    labels = chip_labels(["the", "cat", "the", "the"])
    assert len(set(labels)) == 4
    assert {label.strip("\u200b") for label in labels} == {"the", "cat"}


def test_markdown_in_a_users_text_stays_text():
    assert plain("![x](http://y) :smile: $a$ <b>") == (
        r"\!\[x\]\(http\://y\) \:smile\: \$a\$ \<b\>"
    )
