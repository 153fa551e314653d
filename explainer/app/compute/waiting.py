"""What a person who waits for a long computation sees, and how it is cancelled.

A click on Cancel asks for a new run of the page, which ends the run that computes at its next
checkpoint. The new run does not begin again what was cancelled: the session remembers that until
somebody starts it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import streamlit as st

from explainer.app.compute import session
from explainer.base.errors import ExplainerError
from explainer.base.numbers import duration
from explainer.influence.effort.estimate import Estimate

EVERY = 0.3
"""Seconds between two looks of the bar."""
SURE = 0.1
"""The share from which on what has been done tells better than the estimate how long all takes."""


class CancelledError(ExplainerError):
    """No mistake: the person has cancelled it. `resume` lets it begin again."""

    def __init__(self, question: Hashable, found: Estimate) -> None:
        super().__init__(
            f"Cancelled: it takes {found.says}. Start it again, or ask for something shorter."
        )
        self._question = question

    @property
    def name(self) -> str:
        """What tells it apart from others that were cancelled."""
        return _name(self._question)

    def resume(self) -> None:
        """Forget that it was cancelled."""
        session.forget_cancelled(self._question)


@contextmanager
def waited_for(found: Estimate | None, question: Hashable) -> Iterator[Wait]:
    """What is inside is computed, with its estimate, a bar and a button around it if it is slow.

    Raises CancelledError where the session has cancelled this question.
    """
    if found is None or not found.slow:
        yield Wait()
        return
    if session.is_cancelled(question):
        raise CancelledError(question, found)
    place = st.empty()
    key = f"cancel_{_name(question)}"
    with place.container():
        bar = st.progress(0.0, f"This takes {found.says}.")
        st.button(
            "Cancel",
            icon=":material/close:",
            key=key,
            on_click=session.cancel,
            args=(question,),
        )
    try:
        yield Wait(_shown(found, bar.progress), key)
    except ExplainerError:  # a run that ends otherwise leaves the page to the next one
        place.empty()
        raise
    place.empty()


def _name(question: Hashable) -> str:
    return f"{hash(question) & (2**63 - 1):x}"


class Wait:
    """How what is computed is followed: `hear` is told which share is done, `check` may end it."""

    def __init__(
        self, hear: Callable[[float], None] = lambda _: None, button: str | None = None
    ) -> None:
        self.hear = hear
        self._button = button

    def check(self) -> None:
        """End the page's run where its tab was closed or something else was asked for."""
        session.check(self._button)


def _shown(found: Estimate, draw: Callable[[float, str], object]) -> Callable[[float], None]:
    """What hears which share is done and draws it, with the time that is left."""
    began = drawn = time.monotonic()
    most = 0.0

    def hear(done: float) -> None:
        nonlocal drawn, most
        now, most = time.monotonic(), min(1.0, max(most, done))
        if now - drawn >= EVERY:
            drawn = now
            left = duration(seconds_left(found.seconds, now - began, most))
            draw(most, f"About {left} left, of {found.sizes}")

    return hear


def seconds_left(estimated: float, elapsed: float, done: float) -> float:
    """Seconds until the rest is done: at first by the estimate, then by what was done so far."""
    whole = elapsed / done if done > SURE else estimated
    return max(1.0, whole * (1 - done))
