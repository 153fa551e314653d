"""Models that tag words, on the pages."""

import json

import pytest

from explainer import Settings, explain, load_model, predict
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.compute.compare import other_sentence
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from explainer.question.quantity import Contrast
from tests.ui import alts, checked, opened, query, widget

TEXT = "the farmers love the old farmer ."
FEW = Settings(points=3, rule="trapezoid")


def link(**more: str) -> dict[str, str]:
    return {"text": TEXT, "points": "3", "rule": "trapezoid", **more}


@pytest.fixture(scope="module")
def model(tiny_tagger_dir):
    return load_model(str(tiny_tagger_dir))


def said(test) -> str:
    """The messages, without Markdown's escapes."""
    return " ".join(box.proto.body for box in [*test.error, *test.info]).replace("\\", "")


def test_every_word_shows_its_tag_and_the_first_with_one_is_asked_about(tiny_tagger_dir, model):
    test = checked(opened(tiny_tagger_dir, **link()))
    found = explain(model, TEXT, settings=FEW)
    chips = widget(test, "button_group", "tagged_word")
    every = predict(model, TEXT)
    for one, shown in zip(every, chips.proto.options, strict=True):
        assert (f":small[{one.word}]" in shown.content.replace("\\", "")) == (one.word != "O")
    assert every[chips.value].position == found.target.position
    assert f"“{found.patterns[0].token}" in alts(test)[0]
    of_word = predict(model, TEXT, word=found.target.position)
    predicted = next(b.proto.body for b in test.get("html") if "the model predicts" in b.proto.body)
    assert [predicted.index(f">{one.word}<") for one in of_word] == sorted(
        predicted.index(f">{one.word}<") for one in of_word
    )


def test_a_click_asks_about_a_word_and_a_second_one_leaves_it_to_the_model(tiny_tagger_dir):
    test = checked(opened(tiny_tagger_dir, **link()))
    checked(widget(test, "button_group", "tagged_word").set_value(3).run())
    assert query(test)["tagged"] == "the (4)"
    request = test.session_state["explore_last_request"]
    assert compute.explanation(request).target.position == 4
    checked(widget(test, "selectbox", "label").set_value("B-LOC").run())
    checked(widget(test, "selectbox", "other").set_value("O").run())
    request = test.session_state["explore_last_request"]
    assert request.contrast == Contrast(label="B-LOC", other="O", word="the (4)")
    checked(widget(test, "button_group", "tagged_word").set_value(None).run())
    assert "tagged" not in query(test)


def test_a_click_can_follow_a_word_instead(tiny_tagger_dir):
    test = checked(opened(tiny_tagger_dir, **link(tagged="farmers")))
    checked(test.button_group(key="explore_clicks_tagging").set_value("follow").run())
    checked(widget(test, "button_group", "follow").set_value(2).run())
    assert query(test)["word"] == "3"
    assert query(test)["tagged"] == "farmers"


def test_a_word_that_a_new_sentence_has_not_is_left_to_the_model(tiny_tagger_dir):
    test = checked(opened(tiny_tagger_dir, **link(tagged="farmers")))
    checked(widget(test, "text_area", "text").set_value("the assistant is old .").run())
    assert "“farmers” is not in this text" in said(test)
    assert "tagged" not in query(test)
    checked(widget(test, "selectbox", "tagged").set_value("assistant").run())
    checked(widget(test, "text_area", "text").set_value("the old assistant").run())
    assert query(test)["tagged"] == "assistant"


def test_what_a_link_asks_and_is_not_there_is_said(tiny_tagger_dir):
    test = checked(opened(tiny_tagger_dir, **link(tagged="assistant")))
    assert "The word 'assistant' is not in the text: give one of its words" in said(test)
    assert widget(test, "text_area", "text").value == TEXT
    test = checked(opened(tiny_tagger_dir, **link(label="B-ORG")))
    assert "'B-ORG' is not one of the model's" in said(test)


def test_a_long_text_shows_its_tags(tiny_tagger_dir, model, monkeypatch):
    monkeypatch.setattr("explainer.app.widgets.question.sentence_box.MOST_WORDS", 3)
    test = checked(opened(tiny_tagger_dir, **link()))
    shown = next(b.proto.body for b in test.get("html") if "ipe-text" in b.proto.body)
    tags = [one.word for one in predict(model, TEXT) if one.word != "O"]
    assert [part.split("<")[0] for part in shown.split("<small>")[1:]] == tags


def test_both_sides_are_asked_about_one_word(tiny_tagger_dir, model):
    other = "the farmers love the old assistant ."
    test = checked(opened(tiny_tagger_dir, "compare", **link(text2=other, apart="no")))
    found = explain(model, TEXT, settings=FEW)
    words = {one.position: one.of for one in predict(model, TEXT)}
    asked = {"label": found.target.correct, "other": found.target.wrong}
    second = explain(model, other, word=words[found.target.position], **asked, settings=FEW)
    assert f"“{second.patterns[0].token}" in alts(test)[1]
    changed = checked(
        opened(tiny_tagger_dir, "compare", **link(text2="love", tagged="farmers", apart="no"))
    )
    assert "The word 'farmers' is not in the text" in said(changed)


def test_the_word_that_is_asked_about_stays_in_the_other_sentence(tiny_tagger_dir):
    request = Request(str(tiny_tagger_dir), TEXT, Contrast(word="farmers"), FEW)
    strengths = tuple(float(word == "farmers") for word in TEXT.split())
    change = other_sentence(request, strengths)
    assert change.before != "farmers"
    assert "farmers" in change.text


def test_evaluate_says_that_it_measures_no_tags(tiny_tagger_dir):
    test = checked(opened(tiny_tagger_dir, "evaluate", **link()))
    assert "says neither: choose another model here, or ask Explore" in said(test)
    test = checked(opened(tiny_tagger_dir, "evaluate", **link(about="task")))
    assert "tags words" in said(test)


def test_the_snippet_gives_the_same(tiny_tagger_dir, capsys):
    contrast = Contrast(label="B-LOC", word="the (4)")
    request = Request(str(tiny_tagger_dir), TEXT, contrast, FEW)
    code = snippet(request, View())
    assert "word='the (4)'" in code
    exec(code.rpartition("svg =")[0], {})
    found = json.loads(capsys.readouterr().out)
    assert found["target"]["positions"] == [4]
    assert found["influence"] == pytest.approx(list(compute.explanation(request).influence))
