"""One computation at a time, in the order in which they were asked for, and no more than a few.

Whoever waits is told how many are before him, leaves when he is told to, and gives up after a
while. A session has one place: what it asks for next takes the place of what it asked before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from explainer.base.errors import ExplainerError

MOST_WAITING = 8
PATIENCE = 120.0
"""Seconds that a computation waits for its turn."""
LOOK_UP = 0.1
"""Seconds between two looks at whether it still makes sense to wait."""


class ReplacedError(ExplainerError):
    """The same session has asked for something else since."""

    def __init__(self) -> None:
        super().__init__("Something else was asked for in the meantime: its answer comes instead.")


@dataclass(eq=False)
class _Ticket:
    """A place in the line; `replaced` once its owner has taken another one."""

    owner: Hashable
    replaced: bool = False

    def check(self) -> None:
        if self.replaced:
            raise ReplacedError


def _wait_on(before: int) -> None:
    """Nobody looks."""


class Queue:
    """Lets one computation run and a few wait; refuses more, so that a server stays alive.

    Who waits longest is next: with a plain lock a session that asks again and again would keep it.
    """

    def __init__(self) -> None:
        self._line: list[_Ticket] = []
        self._moved = threading.Condition()
        self._holder: int | None = None

    @property
    def held_here(self) -> bool:
        """Whether this thread has the turn: it must not ask for another, or for a model."""
        return self._holder == threading.get_ident()

    @contextmanager
    def turn(
        self,
        owner: Hashable = None,
        waiting: Callable[[int], None] = _wait_on,
        patience: float = PATIENCE,
    ) -> Iterator[Callable[[], None]]:
        """Wait for the others; yields what raises once the same `owner` has asked again.

        `waiting` hears every tenth of a second how many are before, and may raise to leave the
        line. Raises ExplainerError where too many wait already or it takes longer than `patience`
        seconds, and RuntimeError where this thread has the turn: it would wait for itself.
        """
        if self.held_here:
            raise RuntimeError("A computation that has the turn asked for another turn.")
        ticket = self._enter(owner)
        try:
            self._wait(ticket, waiting, patience)
            self._holder = threading.get_ident()
            yield ticket.check
        finally:
            with self._moved:
                if self._holder == threading.get_ident():
                    self._holder = None
                if ticket in self._line:
                    self._line.remove(ticket)
                self._moved.notify_all()

    def _enter(self, owner: Hashable) -> _Ticket:
        with self._moved:
            for ticket in [t for t in self._line if owner is not None and t.owner == owner]:
                ticket.replaced = True
                if ticket is not self._line[0]:
                    self._line.remove(ticket)
            if len(self._line) >= MOST_WAITING:
                raise ExplainerError(
                    f"{MOST_WAITING} computations are waiting already: try again in a minute."
                )
            ticket = _Ticket(owner)
            self._line.append(ticket)
            self._moved.notify_all()
            return ticket

    def _wait(self, ticket: _Ticket, waiting: Callable[[int], None], patience: float) -> None:
        until = time.monotonic() + patience
        while True:
            with self._moved:
                ticket.check()
                before = self._line.index(ticket)
                if before:
                    self._moved.wait(LOOK_UP)
                    ticket.check()
                    before = self._line.index(ticket)
            if not before:
                return
            if time.monotonic() > until:
                raise ExplainerError(
                    f"Others have been computing for {patience:.0f} seconds and {before} "
                    f"{'is' if before == 1 else 'are'} still before you: try again in a minute."
                )
            waiting(before)
