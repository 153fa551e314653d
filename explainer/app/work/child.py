"""A process that computes, as the server sees it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import count

from explainer.app.work.forks import Forked, Forks
from explainer.app.work.limits import budget
from explainer.app.work.messages import (
    Answer,
    Began,
    Busy,
    Failed,
    Heard,
    Line,
    Loads,
    Ready,
    Runs,
    Sender,
    received,
)
from explainer.base.budget import VARIABLE

LOOK_UP = 0.1
"""Seconds between two looks at whether an answer is still wanted."""
STUCK = 120.0
"""Seconds without a word from a process that has something to do, after which it is ended."""
MODULE = "explainer.app.work.process"
IMPORTED = "explainer.app.compute"
"""What it imports before it is asked for anything."""
WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait by spinning take the cores from everybody else: on two cores that others kept
busy a short answer took three times as long, on idle ones two thirds. Heard when torch is imported.
"""


class Ended:
    """A task's process has ended; `guilty` where it was this task that it computed."""

    def __init__(self, guilty: bool) -> None:
        self.guilty = guilty


@dataclass(eq=False)
class _Asked:
    """A task: about how many bytes it takes, and what is said of it."""

    n_bytes: int
    replies: queue.SimpleQueue[object] = field(default_factory=queue.SimpleQueue)


def _begun(forks: Forks | None) -> subprocess.Popen[bytes] | Forked:
    """A process: a fork if there is one to fork from, else executed, which takes seconds."""
    given = {VARIABLE: str(budget())}
    if forks is not None:
        with contextlib.suppress(OSError):  # it has been ended, as by a system without memory
            return Forked(forks, given)
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, IMPORTED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**WAITING, **os.environ, **given},
    )


class Child:
    """One process, and what it has to do."""

    def __init__(self, forks: Forks | None = None) -> None:
        self._process = _begun(forks)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._sender, self._answers = Sender(self._process.stdin), self._process.stdout
        self._numbers = count()
        self._lock = threading.Lock()
        self._asked: dict[int, _Asked] = {}
        self._running: int | None = None
        self._heard = time.monotonic()
        self._busy = 1
        self.ready = self.ended = False
        self.models: set[Hashable] = set()
        self.begun: set[int] = set()
        """The tasks that have begun and are asked for."""
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def tasks(self) -> int:
        """How many it has to do."""
        return len(self._asked)

    @property
    def n_bytes(self) -> int:
        """About how many bytes they take together."""
        with self._lock:
            return sum(asked.n_bytes for asked in self._asked.values())

    def tell(self, message: object) -> None:
        """Send it something; what has ended hears nothing, which is found out elsewhere."""
        try:
            self._sender.send(message)
        except (OSError, ValueError):
            return

    def share(self, busy: int) -> None:
        """Tell it how many processes compute, where that is not what it knows."""
        if busy != self._busy:
            self._busy = busy
            self.tell(Busy(busy))

    def enter(self, n_bytes: int) -> int:
        """The number of a new task that takes about so many bytes."""
        with self._lock:
            if not self._asked:
                self._heard = time.monotonic()
            number = next(self._numbers)
            self._asked[number] = asked = _Asked(n_bytes)
            if self.ended:
                asked.replies.put(Ended(guilty=False))
        return number

    def leave(self, number: int) -> None:
        """Nobody listens to this task any more."""
        with self._lock:
            del self._asked[number]
            self.begun.discard(number)

    def reply(self, number: int) -> object | None:
        """What is said of a task, or None where nothing is."""
        try:
            return self._asked[number].replies.get(timeout=LOOK_UP)
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
                            asked.replies.put(message)
        except EOFError:
            pass
        self._process.kill()
        self._process.wait()
        self._answers.close()
        self._sender.close()
        with self._lock:
            self.ended = True
            for number, asked in self._asked.items():
                asked.replies.put(Ended(guilty=number == self._running))
