"""Measuring while somebody waits: sentence by sentence, to be stopped and gone on with.

A run lives in the session under a name of its own, so that one of a task and one of a protocol do
not take each other's place.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from explainer import ExplainerError
from explainer.app.compute import Reading
from explainer.app.compute.waiting import CancelledError
from explainer.base.numbers import counted, duration
from explainer.evaluation.evidence.left_out import Reason, reasons
from explainer.evaluation.evidence.tables import left_out_of
from explainer.results.settings import Settings
from explainer.tasks import Case

DRAWN_BY_PAGE = "progress_drawn"
"""Set where the page itself runs, and not only the part with the bar."""


@dataclass(kw_only=True)
class Measuring(ABC):
    """A run over `cases`, as far as it has come: a line for each that is done.

    It lives in the session and is changed as it goes on; `expected` are the seconds of a sentence
    by estimate, `problem` is what stopped it.
    """

    model: str
    version: str
    task: str
    cases: tuple[Case, ...]
    expected: float | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    running: bool = True
    problem: str | None = None
    seconds: float = 0.0
    found: Any = None

    @property
    def left(self) -> int:
        """Sentences that are still to be measured."""
        return len(self.cases) - len(self.lines)

    @property
    def evaluated(self) -> int:
        """Sentences that are done and have numbers."""
        return sum("left_out" not in line for line in self.lines)

    @property
    def left_out(self) -> tuple[Reason, ...]:
        """Why sentences that are done have no numbers, the most frequent reason first."""
        return reasons(left_out_of(self.named()))

    @property
    def source(self) -> Reading:
        """The model, in the version with which the run began."""
        return Reading(self.model, version=self.version)

    def named(self) -> list[dict[str, Any]]:
        """The lines with their model."""
        return [{"model": self.model, **line} for line in self.lines]

    def said(self, settings: Settings) -> str:
        """On what it was measured, and how."""
        return (
            f"Measured just now on {counted(self.evaluated, 'sentence')} of {self.task}, "
            f"{settings.sampling}, {settings.searched}."
        )

    @abstractmethod
    def line(self, number: int) -> dict[str, Any]:
        """The line of a sentence; raises ExplainerError where too many computations wait."""


def expected(seconds: Callable[[], float]) -> float | None:
    """The seconds of a sentence by estimate; None for one that cannot be asked about."""
    try:
        return seconds()
    except ExplainerError:
        return None


def kept(name: str) -> Measuring | None:
    """The session's run of that name."""
    found: Measuring | None = st.session_state.get(name)
    return found


def drop(name: str) -> None:
    """Forget the session's run of that name."""
    st.session_state.pop(name, None)


@st.fragment(run_every=0.3)
def go_on(name: str) -> None:
    """Measure what is left, one turn in the queue for each sentence, with a bar.

    The page's own run only draws the bar: what it replaces would stay on the screen, faded, until
    it ended. The browser then runs this part by itself. Whatever else somebody does interrupts it
    within a second or so, and the page's next run comes here again; a closed tab ends it.
    """
    running = kept(name)
    if running is None or not running.running:
        return
    bar = st.progress(len(running.lines) / len(running.cases), progress(running))
    if st.session_state.pop(DRAWN_BY_PAGE, False):
        return
    measure(
        running, lambda: bar.progress(len(running.lines) / len(running.cases), progress(running))
    )
    st.rerun()


def measure(running: Measuring, moved: Callable[[], object]) -> None:
    """Measure all that is left; `moved` is called after each sentence.

    A run that is cancelled while it waits for its turn stops, as by Stop.
    """
    try:
        while running.left:
            advance(running)
            moved()
    except CancelledError as cancelled:
        cancelled.resume()  # to go on is up to the person
    except ExplainerError as error:
        running.problem = error.on_page
    running.running = False


def advance(running: Measuring) -> None:
    """Measure the next sentence; raises ExplainerError where too many computations wait."""
    began = time.monotonic()
    running.lines.append(running.line(len(running.lines)))
    running.found = None
    running.seconds += time.monotonic() - began


def progress(running: Measuring) -> str:
    """How far it has come, and how long the rest takes: before the first sentence by estimate."""
    done = len(running.lines)
    said = f"{done} of {counted(len(running.cases), 'sentence')}"
    each = running.seconds / done if done else running.expected
    return said if each is None else f"{said}, about {duration(each * running.left)} left"
