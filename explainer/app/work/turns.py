"""Turns to compute within a process: one computation runs at a time, a slice of each after another.

At its next checkpoint after a slice a computation gives way to the session that has had the least
time so far; whoever comes has had as little as the one that had least. So a short question waits
for no more than one slice of a long one, and a session that asks again and again gets no more than
one that asks once. What has begun keeps its memory while others compute, so no more are begun than
there is room for, and few at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from explainer.base.errors import ExplainerError

SLICE = 0.25
"""Seconds for which a computation is left alone."""
MOST_NEW = 4
"""Computations that have begun and are still short: those that are longer keep none of them out."""
SHORT = 1.0
"""Seconds up to which a computation is short."""
PATIENCE = 300.0
"""Seconds that a computation waits for its beginning."""
LOOK_UP = 0.1
"""Seconds between two looks at whether it still makes sense to wait."""


@dataclass(eq=False)
class _Job:
    """A computation: whose, how many bytes it takes, and how many seconds it has had.

    Its time was counted last at `since`; its slice ends at `until`.
    """

    owner: Hashable
    n_bytes: int
    seconds: float = 0.0
    begun: bool = False
    since: float = 0.0
    until: float = 0.0


@dataclass(frozen=True)
class Turn:
    """A computation's turn, which `give_way`, called again and again, lets others have too."""

    _turns: Turns
    _job: _Job
    _paused: Callable[[], None]

    @property
    def seconds(self) -> float:
        """For which it has computed, without those of others."""
        return self._job.seconds

    def give_way(self) -> bool:
        """Where the slice is over and others have had less time, wait for the next one; whether
        that was so."""
        return self._turns.give_way(self._job, self._paused)


def _nothing(*_: object) -> None:
    """Nobody looks."""


class Turns:
    """Computations that take turns; those that have begun take up to `room` bytes together."""

    def __init__(self, room: float = float("inf")) -> None:
        self._room = room
        self._jobs: list[_Job] = []
        self._running: _Job | None = None
        self._thread: int | None = None
        self._used: dict[Hashable, float] = {}
        self._moved = threading.Condition()

    @property
    def held_here(self) -> bool:
        """Whether this thread has the turn: it must not ask for another, or for a model."""
        return self._thread == threading.get_ident()

    @contextmanager
    def turn(
        self,
        owner: Hashable = None,
        n_bytes: int = 0,
        waiting: Callable[[int], None] = _nothing,
        paused: Callable[[], None] = _nothing,
        patience: float = PATIENCE,
    ) -> Iterator[Turn]:
        """Wait until it may begin; yields its turn.

        `waiting` hears every tenth of a second how many are before, and may raise to leave the
        line, `paused` is called as often while others have their slices, and may do the same.
        Raises ExplainerError where it takes longer than `patience` seconds, and RuntimeError where
        this thread has the turn: it would wait for itself.
        """
        if self.held_here:
            raise RuntimeError("A computation that has the turn asked for another turn.")
        job = self._enter(owner, n_bytes)
        try:
            self._begin(job, waiting, patience)
            yield Turn(self, job, paused)
        finally:
            self._leave(job)

    def _enter(self, owner: Hashable, n_bytes: int) -> _Job:
        job = _Job(object() if owner is None else owner, n_bytes)
        with self._moved:
            least = min((self._used[other.owner] for other in self._jobs), default=0.0)
            self._used[job.owner] = max(self._used.get(job.owner, 0.0), least)
            self._jobs.append(job)
        return job

    def _begin(self, job: _Job, waiting: Callable[[int], None], patience: float) -> None:
        until = time.monotonic() + patience
        while not self._takes(job):
            before = self._before(job)
            if time.monotonic() > until:
                raise ExplainerError(
                    f"Others have been computing for {patience:.0f} seconds and {before} "
                    f"{'is' if before == 1 else 'are'} still before you: try again in a minute."
                )
            waiting(before)

    def _before(self, job: _Job) -> int:
        """How many have come before and are not done."""
        with self._moved:
            return self._jobs.index(job)

    def _takes(self, job: _Job) -> bool:
        """Whether it has the turn, which it waits for a moment."""
        with self._moved:
            if not self._may_run(job):
                self._moved.wait(LOOK_UP)
                if not self._may_run(job):
                    return False
            now = time.monotonic()
            job.begun, job.since, job.until = True, now, now + SLICE
            self._running, self._thread = job, threading.get_ident()
            return True

    def _may_run(self, job: _Job) -> bool:
        return self._running is None and self._next() is job

    def _next(self) -> _Job | None:
        """Who has had the least time of all that may run; of several, who has come first."""
        ready = [job for job in self._jobs if job.begun or self._fits(job)]
        return min(ready, key=lambda job: self._used[job.owner], default=None)

    def _fits(self, job: _Job) -> bool:
        """Whether it may begin beside those that have."""
        begun = [other for other in self._jobs if other.begun]
        new = sum(other.seconds < SHORT for other in begun)
        room = sum(other.n_bytes for other in begun) + job.n_bytes <= self._room
        return not begun or (new < MOST_NEW and room)

    def give_way(self, job: _Job, paused: Callable[[], None]) -> bool:
        """As a turn's `give_way`."""
        with self._moved:
            self._count(job)
            if job.since < job.until:
                return False
            if self._next() is job:
                job.until = job.since + SLICE
                return False
            self._stop()
        while not self._takes(job):
            paused()
        return True

    def _count(self, job: _Job) -> None:
        """Count the time that it has run since this was last done."""
        now = time.monotonic()
        job.seconds += now - job.since
        self._used[job.owner] += now - job.since
        job.since = now

    def _stop(self) -> None:
        """Let somebody else run."""
        self._running = self._thread = None
        self._moved.notify_all()

    def _leave(self, job: _Job) -> None:
        with self._moved:
            self._jobs.remove(job)
            if self._running is job:
                self._count(job)
                self._stop()
            self._moved.notify_all()
            # What a session has had counts as long as somebody is there who has had less.
            least = min((self._used[other.owner] for other in self._jobs), default=float("inf"))
            present = {other.owner for other in self._jobs}
            self._used = {
                owner: used
                for owner, used in self._used.items()
                if owner in present or used > least
            }
