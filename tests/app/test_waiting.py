"""A long computation: its estimate before it begins, how far it is, and a way out of it."""

import re
import threading
import time
from dataclasses import replace

import pytest
import streamlit as st

from explainer import ExplainerError, Settings, explain
from explainer.app import compute
from explainer.app.compute import Request, server, session, waiting
from explainer.app.compute.explore import route_influence
from explainer.app.compute.waiting import CancelledError, seconds_left, waited_for
from explainer.influence.effort.estimate import Estimate
from explainer.question.quantity import Contrast
from explainer.results.route import Route
from tests.ui import checked, opened, query, widget

SENTENCE = "the farmers that the assistant loves [MASK] old ."
LONG = Estimate(130.0, "40 tokens × 24 points × 6 layers")
EXPLAIN = "explainer.app.compute.sentence.explain"


@pytest.fixture(autouse=True)
def fresh():
    """A server without answers, as others' tests leave some, and a session that has cancelled
    nothing, before and after."""
    for kept in (server.places, server.answers, server.flights, server.bench):
        kept.clear()
    st.session_state.pop(session.CANCELLED, None)
    yield
    st.session_state.pop(session.CANCELLED, None)


@pytest.fixture
def slow(monkeypatch):
    """Whatever takes time at all takes long."""
    monkeypatch.setattr(waiting, "SOON", 0.0)


@pytest.fixture
def said(monkeypatch):
    """What is said to who waits, with the share that is done; None where it is taken away."""
    drawn: list = []

    class Noted(waiting.Notice):
        def say(self, said, done=None):
            super().say(said, done)
            drawn.append((done, said))

        def end(self):
            if self.shown:
                drawn.append(None)
            super().end()

    monkeypatch.setattr(waiting, "Notice", Noted)
    return drawn


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
    button = test.button(key="cancel")

    with monkeypatch.context() as patch:
        patch.setattr(EXPLAIN, lambda *_, **__: pytest.fail("it began again"))
        if page == "compare":  # whose other side goes on
            patch.setattr(EXPLAIN, lambda *_, **__: st.stop())
        checked(button.click().run())
    assert len(cancelled(test)) == (1 if page is None else 2)
    assert not test.error
    assert query(test)["points"] == "5" if page is None else True
    kind, owner = ("text_area", "explore") if page is None else ("text_input", "compare_first")
    assert widget(test, kind, "text", owner).value == SENTENCE
    assert not server.places().taken

    again, *_ = buttons(test, "resume_")
    checked(again.click().run())
    assert not cancelled(test)
    assert test.get("plotly_chart")
    assert not test.get("progress")


@pytest.mark.usefixtures("slow")
def test_a_click_counts_that_comes_when_the_page_has_begun_again(tiny_masked_lm_dir, monkeypatch):
    """As it does by itself for the page's width, with what was shown before still on the screen."""
    test = stopped_at(monkeypatch, None, tiny_masked_lm_dir, text=SENTENCE, points="5")
    with monkeypatch.context() as patch:
        patch.setattr("explainer.app.explore.page.question", lambda *_, **__: st.stop())
        checked(test.run())
    checked(test.button(key="cancel").click().run())
    assert cancelled(test)


@pytest.mark.usefixtures("slow")
def test_what_was_cancelled_leaves_the_last_answer_and_another_question_is_answered(
    tiny_masked_lm_dir, monkeypatch
):
    test = opened(tiny_masked_lm_dir, points="3")
    other = "the old farmer [MASK] good ."
    with monkeypatch.context() as patch:
        patch.setattr(EXPLAIN, lambda *_, **__: st.stop())
        checked(widget(test, "text_area", "text").set_value(other).run())
    checked(test.button(key="cancel").click().run())
    assert any("Below is still the result" in caption.value for caption in test.caption)
    assert test.get("plotly_chart")
    assert widget(test, "text_area", "text").value == other
    checked(widget(test, "text_area", "text").set_value("the farmers [MASK] bad .").run())
    assert not cancelled(test)
    assert "farmers" in test.session_state["explore_last_request"].text


def test_what_takes_less_is_computed_without_a_bar(tiny_masked_lm_dir, monkeypatch):
    test = stopped_at(monkeypatch, None, tiny_masked_lm_dir, points="3")
    assert not test.get("progress")


@pytest.mark.usefixtures("slow")
def test_an_answer_that_is_there_needs_no_bar_and_is_not_cancelled(tiny_masked_lm_dir):
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=4))
    found = compute.explanation(request)
    known = replace(request, version=compute.fetch(request.model).version)
    session.cancel(compute.explanation._question(known))
    assert compute.explanation(request) is found
    server.answers.clear()
    with pytest.raises(CancelledError, match=r"^Cancelled: it takes about") as raised:
        compute.explanation(request)
    raised.value.resume()
    assert compute.explanation(request).patterns


@pytest.mark.usefixtures("slow")
def test_the_bar_moves_as_the_engine_goes_on(tiny_masked_lm_dir, monkeypatch, said):
    monkeypatch.setattr(waiting, "EVERY", 0.0)
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=4))
    compute.explanation(request)
    (_, first), *moves, last = said
    assert first.startswith("This takes about ")
    assert last is None
    shares = [share for share, _ in moves]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all("left, of 11 tokens × 4 points × 3 layers" in said for _, said in moves)
    said.clear()
    route_influence(request, Route((2, 2, 2, 7), None))
    assert said


def test_the_time_that_is_left_is_first_the_estimates_and_then_what_was_seen():
    assert seconds_left(100, 2, 0.05) == 95
    assert seconds_left(100, 20, 0.5) == 20
    assert seconds_left(100, 300, 1.0) == 1


def test_nobody_hears_of_what_is_not_estimated():
    with waited_for(None, "question") as wait:
        wait.hear(0.5)
        wait.look()


@pytest.mark.usefixtures("slow")
def test_a_failure_is_said_as_ever_and_leaves_no_bar(tiny_masked_lm_dir, monkeypatch):
    def fails(*_, **__):
        raise ExplainerError("It can be mended.")

    monkeypatch.setattr(EXPLAIN, fails)
    test = opened(tiny_masked_lm_dir, points="3")
    assert [error.value for error in test.error] == ["It can be mended\\."]
    assert not test.get("progress")
    with pytest.raises(ExplainerError, match="mended"), waited_for(LONG, "question"):
        fails()
    assert not server.places().taken


def test_the_place_in_the_line_is_said_and_changes(said, monkeypatch):
    with waited_for(None, "question") as wait:
        wait.line(1)  # soon over, as most are
    assert said == []
    monkeypatch.setattr(waiting, "NOTICED", 0.0)
    with waited_for(None, "question") as wait:
        wait.line(2)
        wait.line(2)
        wait.line(1)
        wait.begin()
    assert said == [
        (0.0, "Waiting for 2 other computations (3rd in line) …"),
        (0.0, "Waiting for another computation (2nd in line) …"),
        None,
    ]


def test_what_nobody_can_cancel_waits_without_a_button(said, monkeypatch):
    monkeypatch.setattr(waiting, "NOTICED", 0.0)
    with waited_for(None, None) as wait:
        wait.line(1)
    assert said == [(None, "Waiting for another computation (2nd in line) …"), None]


def test_what_has_a_bar_of_its_own_shows_only_its_waiting(said, monkeypatch):
    for name in ("SOON", "EVERY", "NOTICED"):
        monkeypatch.setattr(waiting, name, 0.0)
    with waited_for(None, waiting.RUN, has_bar=True) as wait:
        wait.line(1)
        wait.begin()
        wait.hear(0.5)
        wait.look()
    assert said == [(0.0, "Waiting for another computation (2nd in line) …"), None]


def test_what_takes_longer_than_thought_shows_how_far_it_is(said, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(session, "check", lambda: None)
    for found, first in ((None, "Computing for 3 seconds …"), (Estimate(1.0, "sizes"), "About 1 ")):
        said.clear()
        with waited_for(found, "question") as wait:
            wait.begin()
            now[0] += 1.5
            wait.look()
            assert said == []
            now[0] += 1.5
            wait.look()
            assert said[-1][1].startswith(first)
            now[0] += 1.0
            wait.hear(0.5)
            assert said[-1][0] == 0.5
            assert said[-1][1].startswith("About 4 seconds left")
        assert said[-1] is None


def test_a_model_that_takes_long_to_load_is_named(said, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with waiting.loading("someone/large") as look:
        look()
        assert said == []
        now[0] += 1.0
        look()
        look()
    assert said == [(None, "Loading the model 'someone/large' …"), None]
    said.clear()
    with pytest.raises(ExplainerError, match="no such"), waiting.loading("gone"):
        raise ExplainerError("no such model")
    assert said == []


def test_what_waits_is_cancelled_too_however_short_it_is(tiny_masked_lm_dir):
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=4))
    known = replace(request, version=compute.fetch(request.model).version)
    session.cancel(compute.explanation._question(known))
    with pytest.raises(CancelledError, match=r"^Cancelled\. Start it again"):
        compute.explanation(request)


def test_a_second_session_sees_its_place_at_once(tiny_masked_lm_dir, monkeypatch):
    """While somebody else has the turn."""
    busy, done = threading.Event(), threading.Event()

    def other() -> None:
        with server.bench()._turns.turn("other"):
            busy.set()
            done.wait(30)

    holder = threading.Thread(target=other, daemon=True)
    holder.start()
    assert busy.wait(10)
    line = waiting.Wait.line

    def stop(wait, before) -> None:
        line(wait, before)
        if wait._notice.shown:
            st.stop()

    with monkeypatch.context() as patch:
        patch.setattr(waiting.Wait, "line", stop)
        test = opened(tiny_masked_lm_dir)
    (bar,) = test.get("progress")
    assert bar.proto.text == "Waiting for another computation (2nd in line) …"
    done.set()
    holder.join(10)
    checked(test.run())
    assert not test.get("progress")
    assert test.get("plotly_chart")


def test_what_is_cancelled_while_the_run_before_still_computes_it_says_what_it_takes(
    tiny_masked_lm_dir,
):
    """The next run of a page is there before the one that it replaces has looked once more."""
    request = Request(str(tiny_masked_lm_dir), SENTENCE, Contrast("are", "is"), Settings(points=6))
    known = replace(request, version=compute.fetch(request.model).version)
    question = compute.explanation._question(known)
    session.cancel(question)
    with server.flights().joined(question) as (flight, _):
        flight.found = LONG
        with pytest.raises(CancelledError, match=f"^Cancelled: it takes {re.escape(LONG.says)}"):
            compute.explanation(request)


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
