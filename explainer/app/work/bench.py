"""Computing in this process: a model, a turn, and an end to what takes too long."""

from __future__ import annotations

from typing import Any

from explainer.app.work.loader import Loader
from explainer.app.work.task import Following, Task
from explainer.app.work.turns import Turn, Turns
from explainer.base.checkpoint import checkpoints
from explainer.base.errors import ExplainerError

NO_MEMORY = (
    "There is not enough memory for this now: try again when others are done, or take a shorter "
    "text or fewer points."
)


class Bench:
    """A desk whose computations run in the threads that ask for them."""

    def __init__(self, loader: Loader, turns: Turns) -> None:
        self._loader, self._turns = loader, turns

    @property
    def held_here(self) -> bool:
        """Whether this thread computes."""
        return self._turns.held_here

    def compute(self, task: Task, follows: Following) -> Any:
        """What the task's work gives; raises as `Desk` says."""
        loaded = self._loader.get(task.name, task.version or None, follows.loads)
        with self._turns.turn(task.owner, task.n_bytes, follows.line, follows.look) as turn:
            follows.begin()
            with checkpoints(lambda: self._look(task, turn, follows), follows.hear):
                try:
                    return task.work(loaded)
                except (MemoryError, RuntimeError) as error:  # torch has no error of its own for it
                    if not isinstance(error, MemoryError) and "alloc" not in str(error):
                        raise
                    raise ExplainerError(NO_MEMORY) from error

    def _look(self, task: Task, turn: Turn, follows: Following) -> None:
        follows.look()
        if turn.seconds > task.seconds:
            raise ExplainerError(
                f"This took longer than {task.seconds:.0f} seconds and was stopped: take fewer "
                "points (the adaptive rule takes few) or a shorter sentence."
            )
        if turn.give_way():
            follows.goes_on()
