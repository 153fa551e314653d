"""What is computed, and what is said of it between the server and whoever computes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # it brings torch
    from explainer.app.work.loader import Loaded


@dataclass(frozen=True)
class Task:
    """A work with the model called `name`, of the `version` of its files.

    `owner` tells sessions apart, `n_bytes` is about what it takes, and after `seconds` of computing
    it is stopped. Other processes get the work pickled, so it is a function of a module, with its
    arguments.
    """

    name: str
    version: str
    work: Callable[[Loaded], Any]
    owner: str
    seconds: float
    n_bytes: int = 0

    @property
    def asked(self) -> Hashable:
        """What tells it from other tasks, whoever asks."""
        return self.name, self.version, self.work


class Following(Protocol):
    """How a task is followed by whoever asked for it; each may raise to end it."""

    def look(self) -> None:
        """Nothing new: is it still wanted?"""

    def line(self, before: int) -> None:
        """So many are before it."""

    def loads(self) -> None:
        """Whoever computes it loads the model."""

    def begin(self) -> None:
        """It has begun."""

    def goes_on(self) -> None:
        """It has its turn again after others had theirs."""

    def hear(self, done: float) -> None:
        """The share `done` is behind."""


class Desk(Protocol):
    """Somewhere to compute."""

    def compute(self, task: Task, follows: Following) -> Any:
        """What the task's work gives.

        Raises what `follows` and the work raise, and ExplainerError where it takes far longer than
        is allowed, where memory does not suffice, and where who computes it has ended.
        """
