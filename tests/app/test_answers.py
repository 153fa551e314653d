"""Models for question answering, on the pages."""

import json

import pytest

from explainer import ExplainerError, Settings, explain, load_model, predict
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View
from explainer.question.quantity import Contrast
from tests.ui import alts, checked, opened, query, widget

QUESTION, PASSAGE = "the farmers love .", "that assistant is the old farmer ."
FEW = Settings(points=3, rule="trapezoid")


def link(**more: str) -> dict[str, str]:
    return {"text": QUESTION, "pair": PASSAGE, "points": "3", "rule": "trapezoid", **more}


def said(test) -> str:
    """The messages, without Markdown's escapes."""
    return " ".join(box.proto.body for box in [*test.error, *test.info]).replace("\\", "")


def html(test) -> str:
    return "".join(part.proto.body for part in test.get("html"))


def marked(test) -> list[str]:
    """The words of the passage that are marked as the answer."""
    words = widget(test, "text_input", "pair").value.split()
    return [words[number] for number in widget(test, "button_group", "passage").value]


def click(test, *words: int) -> None:
    """Click words of the passage, by number, as a browser does: each turns one chip."""
    for number in words:
        chips = widget(test, "button_group", "passage")
        checked(chips.set_value(sorted({*chips.value} ^ {number})).run())


def test_the_best_answer_is_asked_about_and_marked_in_the_passage(tiny_reader_dir):
    model = load_model(str(tiny_reader_dir))
    test = checked(opened(tiny_reader_dir, **link()))
    found = explain(model, QUESTION, pair=PASSAGE, settings=FEW)
    assert " ".join(marked(test)) == found.target.correct
    assert f"“{found.target.correct}” − “no answer”" in alts(test)[0]
    best = predict(model, QUESTION, 3, pair=PASSAGE)
    assert all(f">{one.word}<" in html(test) for one in best)


def test_another_answer_is_chosen_against_another(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, **link(answer="old farmer")))
    assert marked(test) == ["old", "farmer"]
    checked(widget(test, "selectbox", "other").set_value("assistant").run())
    request = test.session_state["explore_last_request"]
    assert request.contrast == Contrast(answer="old farmer", other="assistant")
    assert "“old farmer” − assistant" in alts(test)[0]
    checked(widget(test, "text_input", "pair").set_value("the old farmer is bad .").run())
    assert "“assistant” does not stand in the passage" in said(test)
    assert query(test)["answer"] == "old farmer"
    assert "other" not in query(test)


def test_an_answer_is_clicked_in_the_passage(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, **link()))
    own = marked(test)
    click(test, 1)
    assert (marked(test), query(test)["answer"]) == (["assistant"], "assistant")
    click(test, 4)
    assert marked(test) == ["assistant", "is", "the", "old"]
    assert query(test)["answer"] == "assistant is the old"
    assert "“assistant is the old” − “no answer”" in alts(test)[0]
    click(test, 5, 4)  # another one, from its end
    assert query(test)["answer"] == "old farmer"
    click(test, 4)  # within it: begins anew
    assert query(test)["answer"] == "old"
    click(test, 4)
    assert marked(test) == own
    assert "answer" not in query(test)


def test_a_click_that_makes_no_answer_is_answered(tiny_reader_dir, monkeypatch):
    test = checked(opened(tiny_reader_dir, **link()))
    before = marked(test)

    def refused(*_):
        raise ExplainerError("This word has no tokens.")

    with monkeypatch.context() as patched:
        patched.setattr(compute, "answer_between", refused)
        click(test, 1)
        assert "This word has no tokens." in said(test)
    assert (marked(test), "answer" in query(test)) == (before, False)
    click(test, 1)
    assert "This word has no tokens." not in said(test)
    assert query(test)["answer"] == "assistant"


def test_a_word_that_the_passage_has_twice_is_clicked_where_it_stands(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, **link(pair="the old farmer is old .")))
    click(test, 4)
    assert marked(test) == ["old"]
    assert query(test)["answer"] == "old (10)"


def test_that_there_is_no_answer_is_chosen(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, **link()))
    best = " ".join(marked(test))
    checked(widget(test, "selectbox", "answer").set_value("no answer").run())
    assert query(test)["answer"] == "no answer"
    assert marked(test) == []
    assert f"“no answer” − “{best}”" in alts(test)[0]


def test_what_is_missing_or_not_there_is_said(tiny_reader_dir):
    alone = checked(opened(tiny_reader_dir, **link(pair="")))
    assert "was given one text: type the passage as the second text." in said(alone)
    assert not alone.error
    other = checked(opened(tiny_reader_dir, **link(answer="farmers")))
    assert "The answer 'farmers' does not stand in the passage" in said(other)
    assert widget(other, "text_area", "text").value == QUESTION


def test_both_sides_are_asked_about_one_answer(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, "compare", **link(text2="that assistant .", apart="no")))
    assert not test.error
    first, second = (alt.split(" influence on ")[1].split(";")[0] for alt in alts(test))
    assert first == second


def test_evaluate_says_that_it_measures_no_answers(tiny_reader_dir):
    test = checked(opened(tiny_reader_dir, "evaluate", **link(about="task")))
    assert "finds answers in a passage, and the tasks are of words at a mask" in said(test)


def test_the_snippet_gives_the_same(tiny_reader_dir, capsys):
    request = Request(
        str(tiny_reader_dir), QUESTION, Contrast(answer="old farmer"), FEW, pair=PASSAGE
    )
    exec(snippet(request, View()).rpartition("svg =")[0], {})
    found = json.loads(capsys.readouterr().out)
    assert found["target"]["correct"] == "old farmer"
    assert found["influence"] == pytest.approx(list(compute.explanation(request).influence))
