"""Places where a long computation can be stopped, and tells how far it has come.

The engine calls `checkpoint()` between pieces of work of at most about a second, and `steps` or
`part` say which share of the whole is done. Whoever may want to stop it or to know (the app, when a
person waits or has gone; the command line's bar) says so by `checkpoints`; nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar

Item = TypeVar("Item")


def _nobody_hears(_: float) -> None:
    """What is done interests nobody."""


@dataclass(frozen=True)
class _Watch:
    """Who looks up and who hears what is done; what runs now is `start` to `stop` of the whole."""

    look: Callable[[], None]
    hear: Callable[[float], None]
    start: float = 0.0
    stop: float = 1.0


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def checkpoints(
    look: Callable[[], None], hear: Callable[[float], None] = _nobody_hears
) -> Iterator[None]:
    """Call `look` at every checkpoint of this thread inside; what it raises ends the work.

    `hear` is told before which share of the work, 0 to 1, is done, wherever that is known.
    """
    with _watched(_Watch(look, hear)):
        yield


@contextmanager
def part(start: float, stop: float) -> Iterator[None]:
    """What runs inside is the share from `start` to `stop` of what runs around it."""
    watch = _watch.get()
    if watch is None:
        yield
        return
    whole = watch.stop - watch.start
    narrowed = replace(watch, start=watch.start + start * whole, stop=watch.start + stop * whole)
    with _watched(narrowed):
        yield


@contextmanager
def _watched(watch: _Watch) -> Iterator[None]:
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


def steps(items: Sequence[Item], start: float = 0.0) -> Iterator[Item]:
    """The items, each of which takes the same share of the part that runs now, from `start` on."""
    for number, item in enumerate(items):
        checkpoint(start + (1.0 - start) * number / len(items))
        yield item
    checkpoint(1.0)


def checkpoint(done: float | None = None) -> None:
    """Let the watch, if there is one, stop the computation by raising.

    `done` is the share of the part that runs now that is behind; None where that is not known.
    """
    watch = _watch.get()
    if watch is None:
        return
    if done is not None:
        watch.hear(watch.start + done * (watch.stop - watch.start))
    watch.look()
