"""How the server is: what its health check answers.

What computes knows how much there is to do; it says so by `report`, and is asked each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

from explainer import __version__
from explainer.app.serving.draining import draining
from explainer.app.serving.log import COUNTS, anonymous
from explainer.base.budget import held_memory

State = Literal["ok", "draining", "down"]
GOOD: State = "ok"


@dataclass(frozen=True)
class Load:
    """What there is to do: how many answers are `running` and `waiting`, the names of the `models`
    in memory, whether what computes is `up`, and the `sessions` that wait for an answer."""

    running: int = 0
    waiting: int = 0
    models: tuple[str, ...] = ()
    up: bool = True
    sessions: frozenset[Hashable] = frozenset()


_BEGAN = time.monotonic()
_ASKED: list[Callable[[], Load]] = []


def report(load: Callable[[], Load]) -> None:
    """From now on ask this for what there is to do. It is called from any thread, must return
    soon, and must not wait for a computation."""
    _ASKED[:] = [load]


def load() -> Load:
    """What there is to do; nothing where nothing has been asked to compute yet."""
    return _ASKED[0]() if _ASKED else Load()


def status() -> dict[str, Any]:
    """How the server is, in plain values: `status` is "ok", "draining" or "down"; memory is in
    bytes, of this process and those that it started together; counts and seconds are those since
    the start."""
    found = load()
    state: State = "draining" if draining() else GOOD if found.up else "down"
    return {
        "status": state,
        "version": __version__,
        "running": found.running,
        "waiting": found.waiting,
        "models": sorted(map(anonymous, found.models)),
        "memory": held_memory(),
        "uptime": round(time.monotonic() - _BEGAN, 1),
        **COUNTS.known(),
    }
