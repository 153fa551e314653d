"""Computing in processes beside this one, so that what goes wrong there costs one answer."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from explainer.app.work.child import Child, Ended
from explainer.app.work.forks import Forks
from explainer.app.work.messages import (
    Answer,
    Ask,
    Began,
    Cancel,
    Failed,
    Heard,
    Line,
    Loads,
)
from explainer.app.work.task import Following, Task
from explainer.base.errors import ExplainerError

LINGER = 2.0
"""Seconds for which a task goes on that its page has left: one that begins anew, for its width or
for a click, asks the same again at once."""
TRIES = 3
"""How often a task is given to a process that ends while it computes something else."""
ENDED = (
    "What computed this has ended before it was done (out of memory, or stopped from outside): ask "
    "again, and take a shorter text or fewer points if it happens again."
)


@dataclass(eq=False)
class _Left:
    """A task that its page, `owner`'s, has left, until the timer ends it."""

    owner: str
    process: Child
    number: int
    timer: threading.Timer | None = None


class Beside:
    """A desk of up to `most` processes, forked from those of `forks` where it is given."""

    def __init__(self, most: int, forks: Forks | None = None) -> None:
        self._most, self._forks = most, forks
        self._lock = threading.Lock()
        self._processes: list[Child] = []
        self._left: dict[Hashable, _Left] = {}

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of those that are there."""
        return tuple(one.pid for one in self._processes if not one.ended)

    @property
    def up(self) -> bool:
        """Whether there is one, or has been one that could begin."""
        known = self._processes
        return not known or any(one.ready or not one.ended for one in known)

    @property
    def tasks(self) -> int:
        """How many they have to do."""
        return sum(one.tasks for one in self._processes)

    def start(self) -> None:
        """Have one process at the least, before anybody asks."""
        with self._lock:
            self._kept()

    def end(self) -> None:
        """End all of them, and what they compute."""
        with self._lock:
            for one in self._processes:
                one.kill()

    def compute(self, task: Task, follows: Following) -> Any:
        """What the task's work gives; raises as `Desk` says.

        Who has not been computed at the moment at which a process ends is asked of another.
        """
        written = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        for _ in range(TRIES):
            process, number = self._taken_up(task, follows) or self._given(task, written)
            try:
                reply = self._followed(process, number, follows)
            except Exception:
                self._end(process, number)
                raise
            except BaseException:  # as Streamlit ends the run of a page
                self._leave(task, process, number)
                raise
            self._end(process, number)
            match reply:
                case Answer(_, found):
                    process.models.add((task.name, task.version))
                    return pickle.loads(found)
                case Failed(_, error):
                    raise pickle.loads(error)
                case Ended(guilty=True):
                    break
        raise ExplainerError(ENDED)

    def _followed(self, process: Child, number: int, follows: Following) -> object:
        """The last reply to a task."""
        while True:
            match reply := process.reply(number):
                case None if not process.ready:  # it imports what it needs first
                    follows.loads()
                case None:
                    follows.look()
                case Line(_, before):
                    follows.line(before)
                case Loads():
                    follows.loads()
                case Began():
                    process.begun.add(number)
                    follows.begin()
                case Heard(_, done):
                    follows.hear(done)
                    follows.look()
                case _:
                    return reply

    def _end(self, process: Child, number: int) -> None:
        """Nobody wants the task any more, or it is done."""
        process.tell(Cancel(number))
        process.leave(number)
        self._share()

    def _leave(self, task: Task, process: Child, number: int) -> None:
        """Let a task go on for a while, for whoever asks the same."""
        left = _Left(task.owner, process, number)
        left.timer = threading.Timer(LINGER, self._give_up, (task.asked, left))
        left.timer.daemon = True
        with self._lock:
            before, self._left[task.asked] = self._left.get(task.asked), left
        if before is not None:
            self._end(before.process, before.number)
        left.timer.start()

    def _give_up(self, asked: Hashable, left: _Left) -> None:
        with self._lock:
            if self._left.get(asked) is not left:
                return  # somebody has taken it up
            del self._left[asked]
        self._end(left.process, left.number)

    def _taken_up(self, task: Task, follows: Following) -> tuple[Child, int] | None:
        """The process and the number of the same task, where somebody has left it just now; others
        that the same owner has left are no longer wanted."""
        with self._lock:
            left = self._left.pop(task.asked, None)
            others = [(asked, o) for asked, o in self._left.items() if o.owner == task.owner]
        for asked, other in others:
            self._give_up(asked, other)
        if left is None:
            return None
        if left.timer is not None:
            left.timer.cancel()
        if left.number in left.process.begun:
            follows.begin()
        return left.process, left.number

    def _given(self, task: Task, written: bytes) -> tuple[Child, int]:
        """The process that is asked to do a task, and the task's number there."""
        with self._lock:
            known = (task.name, task.version)

            def burden(one: Child) -> tuple[int, ...]:
                # Of what takes more memory the slices are longer, since a piece of it is.
                return not one.ready, one.tasks, known not in one.models, one.n_bytes

            process = min(self._kept(), key=burden)
            number = process.enter(task.n_bytes)
        self._share()
        process.tell(Ask(number, written))
        return process, number

    def _kept(self) -> list[Child]:
        """Those that are there: one more for each that has ended, and for the first that is busy,
        up to the most."""
        self._processes = [one for one in self._processes if not one.ended]
        busy = all(one.tasks and one.ready for one in self._processes)
        if len(self._processes) < self._most and busy:
            self._processes.append(Child(self._forks))
        return self._processes

    def _share(self) -> None:
        """Tell all how many compute."""
        with self._lock:
            busy = sum(one.tasks > 0 for one in self._processes)
            for one in self._processes:
                one.share(busy)
