"""Places where a long computation can be stopped: it looks up, and goes on unless told otherwise.

The engine calls `checkpoint()` between pieces of work of at most about a second. Whoever may want
to stop it (the app, when a person has gone) says how by `checkpoints`; nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_watch: ContextVar[Callable[[], None] | None] = ContextVar("watch", default=None)


@contextmanager
def checkpoints(watch: Callable[[], None]) -> Iterator[None]:
    """Call `watch` at every checkpoint of this thread inside; what it raises ends the work."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


def checkpoint() -> None:
    """Let the watch, if there is one, stop the computation by raising."""
    watch = _watch.get()
    if watch is not None:
        watch()
