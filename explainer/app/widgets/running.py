"""A run over many sentences while somebody waits: sentence by sentence, to be stopped and gone on
with.

A run lives in the session under a name of its own, so that those of two pages, or of a task and of
a protocol, do not take each other's place.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.compute import Reading
from explainer.app.compute.waiting import CancelledError
from explainer.app.widgets.frame.notes import show_error
from explainer.base.numbers import counted, duration

DRAWN_BY_PAGE = "progress_drawn"
"""Set where the page itself runs, and not only the part with the bar."""
PROBLEM = "start_problem"
REDRAWN = 2.0
"""Seconds between two drawings of what has been found so far."""
Draw = Callable[[], object]


@dataclass(kw_only=True)
class Running(ABC):
    """A run over `cases`, as far as it has come: a line for each that is done.

    It lives in the session and is changed as it goes on; `expected` are the seconds of a sentence
    by estimate, `problem` is what stopped it, `found` what is made of the lines.
    """

    model: str
    version: str
    cases: tuple[Any, ...]
    expected: float | None = None
    lines: list[Any] = field(default_factory=list)
    running: bool = True
    problem: str | None = None
    seconds: float = 0.0
    found: Any = None

    @property
    def left(self) -> int:
        """Sentences that are still to be done."""
        return len(self.cases) - len(self.lines)

    @property
    def source(self) -> Reading:
        """The model, in the version with which the run began."""
        return Reading(self.model, version=self.version)

    @abstractmethod
    def line(self, number: int) -> Any:
        """The line of a sentence; raises ExplainerError where too many computations wait."""


def expected(seconds: Callable[[], float]) -> float | None:
    """The seconds of a sentence by estimate; None for one that cannot be asked about."""
    try:
        return seconds()
    except ExplainerError:
        return None


def kept(name: str) -> Running | None:
    """The session's run of that name."""
    found: Running | None = st.session_state.get(name)
    return found


def drop(name: str) -> None:
    """Forget the session's run of that name."""
    st.session_state.pop(name, None)


def switch(name: str, on: bool) -> None:
    """Stop the session's run of that name, or go on with it."""
    found = kept(name)
    if found is not None:
        found.running = on
        found.problem = None if on else found.problem


def go_on_button(running: Running, name: str) -> None:
    """The way to go on with the run of that name, where something is left."""
    if running.left:
        st.button(
            f"Go on ({counted(running.left, 'sentence')} left)",
            type="tertiary",
            icon=":material/play_arrow:",
            on_click=switch,
            args=(name, True),
        )


def start_or_stop(
    label: str,
    places: tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator],
    running: Running | None,
    name: str,
    start: Callable[[], None],
    draw: Draw | None = None,
) -> None:
    """The button that starts (by this `label`) or stops the run of that name, and how far it is.

    `places` are those of the button, of messages and of the bar; `draw` draws what has been found
    so far below the bar.
    """
    button, messages, bar = places

    def begin() -> None:
        try:
            start()
        except ExplainerError as error:
            st.session_state[PROBLEM] = error.on_page

    is_on = running is not None and running.running
    shown, icon, key = ("Stop", "stop", "stop") if is_on else (label, "play_arrow", "start")
    button.button(
        shown,
        icon=f":material/{icon}:",
        key=key,
        width="stretch",
        on_click=switch if is_on else begin,
        args=(name, False) if is_on else (),
    )
    if PROBLEM in st.session_state:
        show_error(st.session_state.pop(PROBLEM), messages)
    if is_on:
        st.session_state[DRAWN_BY_PAGE] = True
        with bar:
            go_on(name, draw)


@st.fragment(run_every=0.3)
def go_on(name: str, draw: Draw | None = None) -> None:
    """Do what is left, one turn for each sentence, with a bar.

    The page's own run only draws the bar: what it replaces would stay on the screen, faded, until
    it ended. The browser then runs this part by itself. Whatever else somebody does interrupts it
    within a second or so, and the page's next run comes here again; a closed tab ends it.
    """
    running = kept(name)
    if running is None or not running.running:
        return
    bar = st.progress(len(running.lines) / len(running.cases), progress(running))
    picture = st.empty()
    if draw is not None and running.lines:
        with picture.container():
            draw()
    if st.session_state.pop(DRAWN_BY_PAGE, False):
        return
    last = time.monotonic()

    def moved() -> None:
        nonlocal last
        bar.progress(len(running.lines) / len(running.cases), progress(running))
        if draw is not None and running.left and time.monotonic() - last > REDRAWN:
            with picture.container():
                draw()
            last = time.monotonic()

    measure(running, moved)
    st.rerun()


def measure(running: Running, moved: Callable[[], object]) -> None:
    """Do all that is left; `moved` is called after each sentence.

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


def advance(running: Running) -> None:
    """Do the next sentence; raises ExplainerError where too many computations wait."""
    began = time.monotonic()
    running.lines.append(running.line(len(running.lines)))
    running.found = None
    running.seconds += time.monotonic() - began


def progress(running: Running) -> str:
    """How far it has come, and how long the rest takes: before the first sentence by estimate."""
    done = len(running.lines)
    said = f"{done} of {counted(len(running.cases), 'sentence')}"
    each = running.seconds / done if done else running.expected
    return said if each is None else f"{said}, about {duration(each * running.left)} left"
