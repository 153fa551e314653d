"""Whether the server is about to end: then no new question is taken."""

from __future__ import annotations

import threading

from explainer.base.errors import ExplainerError

_BEGUN = threading.Event()


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


def check() -> None:
    """Raise EndingError where the server has been told to end; before anything is begun."""
    if draining():
        raise EndingError


def drain() -> None:
    """Take no more questions, from now on."""
    _BEGUN.set()
