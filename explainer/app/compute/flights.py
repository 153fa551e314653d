"""Questions that are being computed: who asks the same waits for the first one's answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from explainer.influence.effort.estimate import Estimate


class Flight:
    """A question that is being computed: what it takes, as soon as that is `found`; which share of
    it is `done`, and whether it has ended."""

    def __init__(self) -> None:
        self.found: Estimate | None = None
        self.done = 0.0
        self._ended = threading.Event()

    def hear(self, done: float) -> None:
        """The share `done` is behind."""
        self.done = done

    def ended(self, within: float) -> bool:
        """Whether it has ended, or does so within so many seconds."""
        return self._ended.wait(within)

    def end(self) -> None:
        """Nobody computes it any more, with an answer or without."""
        self._ended.set()


class Flights:
    """At most one for each question."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Flight] = {}
        self._lock = threading.Lock()

    @contextmanager
    def joined(self, question: Hashable) -> Iterator[tuple[Flight, bool]]:
        """The question's flight, and whether it is one's own to compute, which ends with this."""
        with self._lock:
            flight = self._known.get(question)
            own = flight is None
            if flight is None:
                flight = self._known[question] = Flight()
        try:
            yield flight, own
        finally:
            if own:
                with self._lock:
                    del self._known[question]
                flight.end()
