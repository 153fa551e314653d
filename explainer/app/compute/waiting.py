"""What a person who waits sees: the place in the line, how far it is, and a way out.

The style sheet shows it at the lower edge of the window; what can be cancelled brings the rule that
shows the page's one button to cancel beside it. That button belongs to the page and not to the part
of it that computes: Streamlit lets such a part run on for a click within it, and ends it at the
next checkpoint for a click anywhere else. The run that follows does not begin again what was
cancelled: the session remembers that until somebody starts it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from itertools import count

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.app.compute import session
from explainer.base.errors import ExplainerError
from explainer.base.numbers import duration, ordinal
from explainer.base.quote import quote
from explainer.influence.effort.estimate import Estimate

SOON = 2.0
"""Seconds from which on a computation shows how far it is: by its estimate, or because it is not
done by then."""
NOTICED = 0.5
"""Seconds after which one's place in the line is said, or a model that is being loaded is named."""
EVERY = 0.3
"""Seconds between two looks of the bar."""
SURE = 0.1
"""The share from which on what has been done tells better than the estimate how long all takes."""
_NUMBERS = count()
"""No two notices of a run may have the same key."""
SHOWS_CANCEL = "<style>:root { --ipe-cancel: visible; }</style><i></i>"
"""Shows the page's button; more than the rule, which Streamlit would move out of its place else."""
RUN = "run"
"""The question of a session's run over many sentences, whichever it is."""
ASKED = "waited_for"
"""Where the session keeps the question that it waits for, if that can be cancelled."""


class CancelledError(ExplainerError):
    """No mistake: the person has cancelled it. `resume` lets it begin again."""

    def __init__(self, question: Hashable, found: Estimate | None) -> None:
        takes = f": it takes {found.says}" if found is not None and _is_long(found) else ""
        super().__init__(f"Cancelled{takes}. Start it again, or ask for something else.")
        self._question = question

    @property
    def name(self) -> str:
        """What tells it apart from others that were cancelled."""
        return f"{hash(self._question) & (2**63 - 1):x}"

    def resume(self) -> None:
        """Forget that it was cancelled."""
        session.forget_cancelled(self._question)


def cancel_button() -> None:
    """Draw the page's button to cancel what it waits for, in each run before anything computes.

    It is hidden while nothing that can be cancelled is waited for. It cancels what was
    shown last: a run that has just begun, for the page's new width say, has shown nothing yet.
    """
    # One pixel high until the style sheet is there, which a browser gets after the first widgets.
    with st.container(key="cancel_place", height=1, border=False):
        st.button("Cancel", icon=":material/close:", key="cancel", on_click=_cancel)


def _cancel() -> None:
    question: Hashable = st.session_state.get(ASKED)
    if question is not None:  # else it was done a moment ago
        session.cancel(question)


class Notice:
    """What is said to a person who waits; drawn where the page has come to, once there is any."""

    def __init__(self) -> None:
        self._place: DeltaGenerator | None = None
        self._drawn: DeltaGenerator | None = None

    @property
    def shown(self) -> bool:
        """Whether anything is said."""
        return self._place is not None

    def say(self, said: str, done: float | None = None) -> None:
        """A sentence, with a bar of the share `done` for what can be cancelled."""
        if self._place is None or self._drawn is None:
            self._place = st.empty()
            box = self._place.container(key=f"waiting_{next(_NUMBERS)}")
            if done is not None:
                box.html(SHOWS_CANCEL)
            self._drawn = box.empty()
        if done is None:
            self._drawn.markdown(said)
        else:
            self._drawn.progress(done, said)

    def end(self) -> None:
        """Take it away again."""
        if self._place is not None:
            self._place.empty()
        self._place = self._drawn = None


@contextmanager
def loading(name: str) -> Iterator[Callable[[], None]]:
    """What to call again and again while the model called `name` is loaded, which it then says."""
    began, notice = time.monotonic(), Notice()

    def waiting() -> None:
        session.check()
        if time.monotonic() - began > NOTICED and not notice.shown:
            notice.say(f"Loading the model {quote(name)} …")

    try:
        yield waiting
    except ExplainerError:
        notice.end()
        raise
    notice.end()


@contextmanager
def waited_for(
    found: Estimate | None,
    question: Hashable,
    *,
    has_bar: bool = False,
    check: Callable[[], object] | None = None,
    hear: Callable[[float], object] = lambda _: None,
) -> Iterator[Wait]:
    """What is inside waits for its turn and is computed; whoever waits sees how far it is.

    `found` is what it takes, if that is known. None as question is what nobody can cancel. Of what
    `has_bar`, one of its own on the page, only the waiting is shown. `check` is called again and
    again, and raises where nobody waits any more; `hear` is told how far it is. Raises
    CancelledError where the session has cancelled this question.
    """
    if question is not None and session.is_cancelled(question):
        raise CancelledError(question, found)
    wait = Wait(found, question, has_bar=has_bar, check=check or session.check, hear=hear)
    try:
        yield wait
    except ExplainerError:  # a run that ends otherwise leaves the page to the next one
        wait.end()
        raise
    wait.end()


class Wait:
    """How what is computed is followed: `look` may end it, and all draw where it is.

    It `has_begun` at the moment `began`; before, that is when it was asked for.
    """

    def __init__(
        self,
        found: Estimate | None,
        question: Hashable,
        *,
        has_bar: bool,
        check: Callable[[], object],
        hear: Callable[[float], object],
    ) -> None:
        self._found, self._question, self._has_bar = found, question, has_bar
        self._check, self._hear = check, hear
        self._notice = Notice()
        self.has_begun, self._before, self._done = False, 0, 0.0
        self.began = self._drawn = time.monotonic()

    def line(self, before: int) -> None:
        """So many computations are before this one."""
        self._check()
        if before != self._before and self._noticed:
            self._before = before
            others = "another computation" if before == 1 else f"{before} other computations"
            self._draw(f"Waiting for {others} ({ordinal(before + 1)} in line) …")

    def loads(self) -> None:
        """The model is being loaded for it."""
        self._check()
        if self._noticed and not self._notice.shown:
            self._draw("Loading the model …")

    def begin(self) -> None:
        """The turn has come."""
        self.began = self._drawn = time.monotonic()
        self.has_begun = True
        if self._found is not None and _is_long(self._found):
            self._draw(f"This takes {self._found.says}.")
        else:
            self.end()

    def goes_on(self) -> None:
        """Others had their turn; it is as it was."""

    def hear(self, done: float) -> None:
        """The share `done` is behind."""
        self._done = min(1.0, max(self._done, done))
        self._hear(self._done)
        self._show()

    def look(self) -> None:
        """End the page's run where its tab was closed or something else was asked for; what
        computes is shown as soon as it takes long."""
        self._check()
        self._show()

    def end(self) -> None:
        """Nothing is waited for any more."""
        if self._notice.shown:
            self._notice.end()
            st.session_state[ASKED] = None

    @property
    def _noticed(self) -> bool:
        """Whether it has been waited for so long that something is said."""
        return time.monotonic() - self.began >= NOTICED

    def _show(self) -> None:
        """Draw how far it is, where it takes long and was not drawn a moment ago."""
        now = time.monotonic()
        elapsed = now - self.began
        shown = elapsed >= SOON or (self._found is not None and _is_long(self._found))
        drawn = self._question is None or self._has_bar or now - self._drawn < EVERY
        if not self.has_begun or not shown or drawn:
            return
        self._drawn = now
        self._draw(_progress(self._found, elapsed, self._done))

    def _draw(self, said: str) -> None:
        if not self._notice.shown:
            st.session_state[ASKED] = self._question
        self._notice.say(said, None if self._question is None else self._done)


def _is_long(found: Estimate) -> bool:
    """Whether a person is told from the beginning how long it takes."""
    return found.seconds > SOON


def _progress(found: Estimate | None, elapsed: float, done: float) -> str:
    """How far it is after so many seconds, as a sentence."""
    if found is None and done <= SURE:
        return f"Computing for {duration(elapsed)} …"
    left = duration(seconds_left(0.0 if found is None else found.seconds, elapsed, done))
    return f"About {left} left" + ("" if found is None else f", of {found.sizes}")


def seconds_left(estimated: float, elapsed: float, done: float) -> float:
    """Seconds until the rest is done: at first by the estimate, then by what was done so far."""
    whole = elapsed / done if done > SURE else estimated
    return max(1.0, whole * (1 - done))
