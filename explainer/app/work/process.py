"""A process beside the server that computes what it is asked, until the server ends.

    python -m explainer.app.work.process MODULE

It imports the module that the tasks will need, reads messages from its standard input and answers
on its standard output. Several tasks may be under way at once; they take turns. What one of them
raises ends that one alone.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import BinaryIO

from explainer.app.serving.log import say
from explainer.app.work.bench import Bench
from explainer.app.work.limits import kept_models, room
from explainer.app.work.loader import Loader
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
from explainer.app.work.task import Task
from explainer.app.work.turns import Turns
from explainer.base.allocator import give_back
from explainer.base.errors import ExplainerError
from explainer.models.threads import threads, use_threads

EVERY = 0.1
"""Seconds between two messages that say no more than that a task goes on."""


class GoneError(BaseException):
    """Nobody wants the answer; no `except Exception` of the engine is to catch it."""


class Threads:
    """Threads for a computation: the cores, shared among the processes that compute."""

    def __init__(self) -> None:
        self._cores, self._busy = threads(), 1

    def share(self, processes: int) -> None:
        """So many processes compute."""
        self._busy = max(1, processes)

    def take(self) -> None:
        """Let this thread's computation have its share."""
        use_threads(max(1, self._cores // self._busy))


class Reported:
    """Follows a task by messages to the server."""

    def __init__(self, number: int, sender: Sender, threads: Threads) -> None:
        self.number, self.cancelled = number, False
        self._sender, self._threads = sender, threads
        self._done, self._said = 0.0, 0.0

    def look(self) -> None:
        """Raises GoneError once nobody wants it."""
        if self.cancelled:
            raise GoneError
        if time.monotonic() - self._said >= EVERY:
            self._send(Heard(self.number, self._done))

    def line(self, before: int) -> None:
        """So many are before it."""
        self.look()
        self._send(Line(self.number, before))

    def loads(self) -> None:
        """Its model is being loaded."""
        self.look()
        self._send(Loads(self.number))

    def begin(self) -> None:
        """It has begun."""
        self._send(Began(self.number))
        self.goes_on()

    def goes_on(self) -> None:
        """It is the one that is computed."""
        self._send(Runs(self.number))
        self._threads.take()

    def hear(self, done: float) -> None:
        """The share `done` is behind."""
        self._done = done

    def _send(self, message: object) -> None:
        self._said = time.monotonic()
        self._sender.send(message)


class Process:
    """Answers the messages that come in."""

    def __init__(self, questions: BinaryIO, answers: BinaryIO) -> None:
        self._questions, self._sender = questions, Sender(answers)
        self._bench = Bench(Loader(most_bytes=kept_models()), Turns(room()))
        self._threads = Threads()
        self._under_way: dict[int, Reported] = {}

    def run(self) -> None:
        """Until there are no more."""
        self._sender.send(Ready())
        while True:
            match received(self._questions):
                case Ask() as asked:
                    follows = Reported(asked.number, self._sender, self._threads)
                    self._under_way[asked.number] = follows
                    threading.Thread(target=self._answer, args=(asked, follows)).start()
                case Cancel(number):
                    if number in self._under_way:
                        self._under_way[number].cancelled = True
                case Busy(processes):
                    self._threads.share(processes)

    def _answer(self, asked: Ask, follows: Reported) -> None:
        try:
            task: Task = pickle.loads(asked.task)
            found = self._bench.compute(task, follows)
            reply: object = Answer(asked.number, pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
        except GoneError:
            reply = None
        except ExplainerError as error:
            reply = Failed(asked.number, pickle.dumps(error))
        except Exception as error:  # a mistake of ours: the server says so, and goes on
            say(traceback.format_exc())
            said = f"A computation failed: {type(error).__name__}: {error}"
            reply = Failed(asked.number, pickle.dumps(RuntimeError(said)))
        del self._under_way[asked.number]
        give_back()
        if reply is not None:
            self._sender.send(reply)


def forked(given: Mapping[str, str], files: Sequence[int]) -> None:
    """Compute until the server ends, as a fork that has imported everything: with these values in
    its environment, questions from the first file and answers into the second one."""
    os.environ.update(given)
    os.dup2(2, 1)  # what anything prints is for whoever reads what the server says
    questions, answers = files
    with contextlib.suppress(EOFError, OSError):
        Process(os.fdopen(questions, "rb"), os.fdopen(answers, "wb")).run()


def main() -> None:
    """Compute until the server ends, however it does."""
    for number in (signal.SIGINT, signal.SIGTERM):  # which a whole service gets: it is the server
        signal.signal(number, signal.SIG_IGN)  # that decides when it has had enough
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    import_module(sys.argv[1])
    gc.collect()
    gc.freeze()  # what is imported stays
    with contextlib.suppress(EOFError, OSError):
        Process(sys.stdin.buffer, answers).run()
    os._exit(0)  # whatever is being computed, nobody waits for it


if __name__ == "__main__":
    main()
