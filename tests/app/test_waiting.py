"""A long computation: its estimate before it begins, how far it is, and a way out of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from explainer import ExplainerError, Settings, explain
from explainer.app import compute
from explainer.app.compute import Request, server, session, waiting
from explainer.app.compute.explore import route_influence
from explainer.app.compute.waiting import CancelledError, seconds_left, waited_for
from explainer.influence.effort import estimate
from explainer.influence.effort.estimate import Estimate
from explainer.question.quantity import Contrast
from explainer.results.route import Route
from tests.ui import checked, opened, query, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."
LONG = Estimate(130.0, "40 tokens × 24 points × 6 layers")
EXPLAIN = "explainer.app.compute.sentence.explain"


@pytest.fixture(autouse=True)
def fresh():
    """A server without answers, as others' tests leave some."""
    server.queue.clear()
    server.answers.clear()
    session.forget_cancelled("question")


@pytest.fixture
def slow(monkeypatch):
    """Whatever takes time at all takes long."""
    monkeypatch.setattr(estimate, "SLOW", 0.0)


def buttons(test, part: str) -> list:
    return [button for button in test.button if part in (button.key or "")]


def cancelled(test) -> list[str]:
    notes = [note.value.replace("\\", "") for note in test.info]
    return [note for note in notes if note.startswith("Cancelled: it takes about")]


def stopped_at(monkeypatch, page: str | None, model, **how):
    """A page as it is while it computes, which a click may then find."""
    with monkeypatch.context() as patch:
        patch.setattr(EXPLAIN, lambda *_, **__: st.stop())
        return opened(model, page, **how)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("page", [None, "compare"])
def test_the_estimate_is_said_before_it_begins_and_a_click_cancels(
    tiny_masked_lm_dir, monkeypatch, page
):
    texts = {"text": SENTENCE, "text2": SENTENCE}
    test = stopped_at(monkeypatch, page, tiny_masked_lm_dir, **texts, points="5")
    (bar,) = test.get("progress")
    assert bar.proto.value == 0
    assert bar.proto.text.startswith("This takes about ")
    assert "11 tokens × 5 points × 3 layers" in bar.proto.text
    (button,) = buttons(test, "cancel_")

    with monkeypatch.context() as patch:
        patch.setattr(EXPLAIN, lambda *_, **__: pytest.fail("it began again"))
        if page == "compare":  # whose other side goes on
            patch.setattr(EXPLAIN, lambda *_, **__: st.stop())
        checked(button.click().run())
    assert len(cancelled(test)) == (1 if page is None else 2)
    assert not test.error
    assert query(test)["points"] == "5" if page is None else True
    owner = "explore" if page is None else "compare_first"
    assert widget(test, "text_input", "text", owner).value == SENTENCE
    assert not server.queue()._line

    again, *_ = buttons(test, "resume_")
    checked(again.click().run())
    assert not cancelled(test)
    assert test.get("plotly_chart")
    assert not test.get("progress")
    assert not buttons(test, "cancel_")


@pytest.mark.usefixtures("slow")
def test_what_was_cancelled_leaves_the_last_answer_and_another_question_is_answered(
    tiny_masked_lm_dir, monkeypatch
):
    test = opened(tiny_masked_lm_dir, points="3")
    other = "the old farmer [MASK] good ."
    with monkeypatch.context() as patch:
        patch.setattr(EXPLAIN, lambda *_, **__: st.stop())
        checked(widget(test, "text_input", "text").set_value(other).run())
    checked(buttons(test, "cancel_")[0].click().run())
    assert any("Below is still the result" in caption.value for caption in test.caption)
    assert test.get("plotly_chart")
    assert widget(test, "text_input", "text").value == other
    checked(widget(test, "text_input", "text").set_value("the farmers [MASK] bad .").run())
    assert not cancelled(test)
    assert "farmers" in test.session_state["explore_last_request"].text


def test_what_takes_less_is_computed_without_a_bar(tiny_masked_lm_dir, monkeypatch):
    test = stopped_at(monkeypatch, None, tiny_masked_lm_dir, points="3")
    assert not test.get("progress")
    assert not buttons(test, "cancel_")


@pytest.mark.usefixtures("slow")
def test_an_answer_that_is_there_needs_no_bar_and_is_not_cancelled(tiny_masked_lm_dir):
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=4))
    found = compute.explanation(request)
    known = replace(request, version=compute.fetch(request.model).version)
    session.cancel(compute.explanation._question(known))
    assert compute.explanation(request) is found
    server.answers().__init__()
    with pytest.raises(CancelledError, match=r"^Cancelled: it takes about") as raised:
        compute.explanation(request)
    raised.value.resume()
    assert compute.explanation(request).patterns


@pytest.mark.usefixtures("slow")
def test_the_bar_moves_as_the_engine_goes_on(tiny_masked_lm_dir, monkeypatch):
    monkeypatch.setattr(waiting, "EVERY", 0.0)
    drawn: list[tuple[float, str]] = []
    shown = waiting._shown
    monkeypatch.setattr(
        waiting, "_shown", lambda found, _: shown(found, lambda *new: drawn.append(new))
    )
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=4))
    compute.explanation(request)
    shares = [share for share, _ in drawn]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all("left, of 11 tokens × 4 points × 3 layers" in said for _, said in drawn)
    drawn.clear()
    route_influence(request, Route((2, 2, 2, 7), None))
    assert drawn


def test_the_time_that_is_left_is_first_the_estimates_and_then_what_was_seen():
    assert seconds_left(100, 2, 0.05) == 95
    assert seconds_left(100, 20, 0.5) == 20
    assert seconds_left(100, 300, 1.0) == 1


def test_nobody_hears_of_what_is_not_estimated():
    with waited_for(None, "question") as wait:
        wait.hear(0.5)
        wait.check()


@pytest.mark.usefixtures("slow")
def test_a_failure_is_said_as_ever_and_leaves_no_bar(tiny_masked_lm_dir, monkeypatch):
    def fails(*_, **__):
        raise ExplainerError("It can be mended.")

    monkeypatch.setattr(EXPLAIN, fails)
    test = opened(tiny_masked_lm_dir, points="3")
    assert [error.value for error in test.error] == ["It can be mended\\."]
    assert not test.get("progress")
    assert not buttons(test, "cancel_")
    with pytest.raises(ExplainerError, match="mended"), waited_for(LONG, "question"):
        fails()
    assert not server.queue()._line


def context(**values):
    ids = [SimpleNamespace(id=name, trigger_value=on) for name, on in values.pop("clicks", ())]
    data = SimpleNamespace(widget_states=SimpleNamespace(widgets=ids))
    requests = SimpleNamespace(_rerun_data=data, _state=values.pop("state"))
    return SimpleNamespace(script_requests=requests, yield_check=lambda: None)


@pytest.mark.parametrize(
    ("state", "clicks", "ends"),
    [
        (ScriptRequestType.RERUN, [("$$ID-12-cancel_3", True)], True),
        (ScriptRequestType.RERUN, [("$$ID-12-cancel_3", False)], False),
        (ScriptRequestType.RERUN, [("$$ID-12-cancel_4", True)], False),
        (ScriptRequestType.CONTINUE, [("$$ID-12-cancel_3", True)], False),
        (ScriptRequestType.RERUN, [], False),
    ],
)
def test_a_click_within_a_part_of_the_page_ends_the_run_too(monkeypatch, state, clicks, ends):
    """Streamlit lets a run go on for a click in a fragment."""
    now = context(state=state, clicks=clicks)
    monkeypatch.setattr(session, "get_script_run_ctx", lambda **_: now)
    session.check()
    if ends:
        with pytest.raises(StopException):
            session.check("cancel_3")
    else:
        session.check("cancel_3")


def test_only_the_last_questions_that_were_cancelled_are_remembered():
    for number in range(2 * session.MOST_CANCELLED):
        session.cancel(number)
    assert not session.is_cancelled(0)
    assert session.is_cancelled(2 * session.MOST_CANCELLED - 1)
    for number in range(2 * session.MOST_CANCELLED):
        session.forget_cancelled(number)
    assert not st.session_state[session.CANCELLED]


def test_explain_is_what_is_replaced():
    """The tests above stand in for it by name."""
    from explainer.app.compute import sentence

    assert sentence.explain is explain
