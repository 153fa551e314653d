"""Places of those who wait for an answer: one for each session, and no more than a few.

A page's next run may be here before the one that it replaces has ended, which it does at its next
look: both have the session's one place.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from explainer.base.errors import ExplainerError


class Places:
    """At most `most` sessions that wait or compute; refuses more, so that a server stays alive."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many there are at this moment."""
        return len(self._taken)

    @property
    def owners(self) -> frozenset[Hashable]:
        """Whose they are."""
        with self._lock:
            return frozenset(self._taken)

    @contextmanager
    def take(self, owner: Hashable) -> Iterator[None]:
        """The `owner`'s place as long as it lasts; raises ExplainerError where there is none."""
        with self._lock:
            if owner not in self._taken and len(self._taken) >= self._most:
                raise ExplainerError(
                    f"{self._most} people are waiting for answers already: try again in a minute."
                )
            self._taken[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[owner] -= 1
                if not self._taken[owner]:
                    del self._taken[owner]
