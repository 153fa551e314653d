"""Whether the server is about to end: then no new question is taken.

A page asks several questions one after the other: sessions that have one under way at that moment
may ask the others too.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Set

from explainer.base.errors import ExplainerError

_BEGUN = threading.Event()
_FINISHING: set[Hashable] = set()


class EndingError(ExplainerError):
    """The server takes no more questions."""

    def __init__(self) -> None:
        super().__init__(
            "The server is about to end: what is being computed is still answered, and nothing new "
            "is begun. Ask again in a minute, when it may be back."
        )


def draining() -> bool:
    """Whether the server has been told to end."""
    return _BEGUN.is_set()


def check(session: Hashable = None) -> None:
    """Raise EndingError where the server has been told to end, and the session was not waiting for
    an answer then; before anything is begun."""
    if draining() and session not in _FINISHING:
        raise EndingError


def drain(finishing: Set[Hashable] = frozenset()) -> None:
    """Take no more questions from now on, but from these sessions."""
    _FINISHING.update(finishing)
    _BEGUN.set()
