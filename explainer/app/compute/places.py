"""Places of those who wait for an answer: one for each session, and no more than a few.

What a session asks for next takes the place of what it asked before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from explainer.base.errors import ExplainerError


class ReplacedError(ExplainerError):
    """The same session has asked for something else since."""

    def __init__(self) -> None:
        super().__init__("Something else was asked for in the meantime: its answer comes instead.")


@dataclass(eq=False)
class _Place:
    """Whose it is; `replaced` once its owner has taken another one."""

    owner: Hashable
    replaced: bool = False

    def check(self) -> None:
        if self.replaced:
            raise ReplacedError


class Places:
    """At most `most` sessions that wait or compute; refuses more, so that a server stays alive."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: list[_Place] = []
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many there are at this moment."""
        return len(self._taken)

    @property
    def owners(self) -> frozenset[Hashable]:
        """Whose they are."""
        with self._lock:
            return frozenset(place.owner for place in self._taken)

    @contextmanager
    def take(self, owner: Hashable) -> Iterator[Callable[[], None]]:
        """A place as long as it lasts; yields what raises once the same `owner` has taken another.

        Raises ExplainerError where there is none.
        """
        place = _Place(owner)
        with self._lock:
            for other in [one for one in self._taken if one.owner == owner]:
                other.replaced = True
                self._taken.remove(other)
            if len(self._taken) >= self._most:
                raise ExplainerError(
                    f"{self._most} people are waiting for answers already: try again in a minute."
                )
            self._taken.append(place)
        try:
            yield place.check
        finally:
            with self._lock:
                if place in self._taken:
                    self._taken.remove(place)
