"""Computing in processes beside this one, so that what goes wrong there costs one answer."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Hashable
from itertools import count
from typing import Any

from explainer.app.work.limits import budget
from explainer.app.work.messages import (
    Answer,
    Ask,
    Began,
    Busy,
    Cancel,
    Failed,
    Heard,
    Line,
    Loads,
    Ready,
    Runs,
    Sender,
    received,
)
from explainer.app.work.task import Following, Task
from explainer.base.budget import VARIABLE
from explainer.base.errors import ExplainerError

LOOK_UP = 0.1
"""Seconds between two looks at whether an answer is still wanted."""
STUCK = 120.0
"""Seconds without a word from a process that has something to do, after which it is ended."""
TRIES = 3
"""How often a task is given to a process that ends while it computes something else."""
MODULE = "explainer.app.work.process"
IMPORTED = "explainer.app.compute"
"""What it imports before it is asked for anything."""
ENDED = (
    "What computed this has ended before it was done (out of memory, or stopped from outside): ask "
    "again, and take a shorter text or fewer points if it happens again."
)


class _Ended:
    """A task's process has ended; `guilty` where it was this task that it computed."""

    def __init__(self, guilty: bool) -> None:
        self.guilty = guilty


class _Beside:
    """One process, and what it has to do."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, IMPORTED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Threads that wait by spinning take the cores from everybody else: on two cores that
            # others kept busy a short answer took three times as long, on idle ones two thirds.
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ, VARIABLE: str(budget())},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._sender, self._answers = Sender(self._process.stdin), self._process.stdout
        self._numbers = count()
        self._lock = threading.Lock()
        self._asked: dict[int, queue.SimpleQueue[object]] = {}
        self._running: int | None = None
        self._heard = time.monotonic()
        self.ready = self.ended = False
        self.models: set[Hashable] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def tasks(self) -> int:
        """How many it has to do."""
        return len(self._asked)

    def tell(self, message: object) -> None:
        """Send it something; what has ended hears nothing, which is found out elsewhere."""
        try:
            self._sender.send(message)
        except (OSError, ValueError):
            return

    def enter(self) -> int:
        """The number of a new task."""
        with self._lock:
            if not self._asked:
                self._heard = time.monotonic()
            number = next(self._numbers)
            self._asked[number] = queue.SimpleQueue()
            if self.ended:
                self._asked[number].put(_Ended(guilty=False))
        return number

    def leave(self, number: int) -> None:
        """Nobody listens to this task any more."""
        with self._lock:
            del self._asked[number]

    def reply(self, number: int) -> object | None:
        """What is said of a task, or None where nothing is."""
        try:
            return self._asked[number].get(timeout=LOOK_UP)
        except queue.Empty:
            if time.monotonic() - self._heard > STUCK:
                self.kill()
            return None

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def _listen(self) -> None:
        try:
            while True:
                message = received(self._answers)
                self._heard = time.monotonic()
                match message:
                    case Ready():
                        self.ready = True
                    case Runs(number):
                        self._running = number
                    case Line() | Loads() | Began() | Heard() | Answer() | Failed():
                        asked = self._asked.get(message.number)
                        if asked is not None:
                            asked.put(message)
        except EOFError:
            pass
        self._process.kill()
        self._process.wait()
        self._answers.close()
        self._sender.close()
        with self._lock:
            self.ended = True
            for number, asked in self._asked.items():
                asked.put(_Ended(guilty=number == self._running))


class Beside:
    """A desk of up to `most` processes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._processes: list[_Beside] = []
        self._begins = True

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of those that are there."""
        return tuple(one.pid for one in self._processes if not one.ended)

    @property
    def up(self) -> bool:
        """Whether there is one, or the last one that ended had been able to begin."""
        return self._begins

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
            process, number = self._given(task)
            try:
                reply = self._followed(process, number, written, follows)
            finally:
                process.tell(Cancel(number))
                process.leave(number)
                self._share()
            match reply:
                case Answer(_, found):
                    process.models.add((task.name, task.version))
                    return pickle.loads(found)
                case Failed(_, error):
                    raise pickle.loads(error)
                case _Ended(guilty=True):
                    break
        raise ExplainerError(ENDED)

    def _followed(
        self, process: _Beside, number: int, written: bytes, follows: Following
    ) -> object:
        """The last reply to a task."""
        process.tell(Ask(number, written))
        while True:
            match reply := process.reply(number):
                case None if not process.ready:  # it imports what it needs first
                    follows.loads()
                case None | Heard(_, 0.0):
                    follows.look()
                case Line(_, before):
                    follows.line(before)
                case Loads():
                    follows.loads()
                case Began():
                    follows.begin()
                case Heard(_, done):
                    follows.hear(done)
                    follows.look()
                case _:
                    return reply

    def _given(self, task: Task) -> tuple[_Beside, int]:
        """The process that does a task, and the task's number there."""
        with self._lock:
            known = (task.name, task.version)
            process = min(
                self._kept(),
                key=lambda one: (not one.ready, one.tasks, known not in one.models),
            )
            number = process.enter()
        self._share()
        return process, number

    def _kept(self) -> list[_Beside]:
        """Those that are there: one more for each that has ended, and for the first that is busy,
        up to the most."""
        for one in self._processes:
            self._begins = one.ready or (self._begins and not one.ended)
        self._processes = [one for one in self._processes if not one.ended]
        busy = all(one.tasks and one.ready for one in self._processes)
        if len(self._processes) < self._most and busy:
            self._processes.append(_Beside())
        return self._processes

    def _share(self) -> None:
        """Tell all how many compute."""
        with self._lock:
            busy = sum(one.tasks > 0 for one in self._processes)
            for one in self._processes:
                one.tell(Busy(busy))
