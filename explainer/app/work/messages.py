"""What the server and a process that computes tell each other: pickled, one after the other."""

from __future__ import annotations

import contextlib
import pickle
import threading
from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True)
class Ask:
    """Compute the task that is pickled here; what is said of it has this number."""

    number: int
    task: bytes


@dataclass(frozen=True)
class Cancel:
    """Nobody wants the task of this number any more."""

    number: int


@dataclass(frozen=True)
class Busy:
    """So many processes compute at this moment, and share the cores."""

    processes: int


@dataclass(frozen=True)
class Ready:
    """The process has imported what it needs."""


@dataclass(frozen=True)
class Runs:
    """Of several tasks the one with this number is computed from now on."""

    number: int


@dataclass(frozen=True)
class Line:
    """So many are before the task."""

    number: int
    before: int


@dataclass(frozen=True)
class Loads:
    """The task's model is being loaded."""

    number: int


@dataclass(frozen=True)
class Began:
    """The task has begun."""

    number: int


@dataclass(frozen=True)
class Heard:
    """The share `done` of the task is behind."""

    number: int
    done: float


@dataclass(frozen=True)
class Answer:
    """What came out, pickled: the server reads it in the thread that asked."""

    number: int
    found: bytes


@dataclass(frozen=True)
class Failed:
    """What was raised, pickled."""

    number: int
    error: bytes


class Sender:
    """Writes messages from any thread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        """Raises OSError or ValueError where nobody listens any more."""
        written = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._stream.write(written)
            self._stream.flush()

    def close(self) -> None:
        """Say nothing more."""
        with self._lock, contextlib.suppress(OSError):  # of what was not written any more
            self._stream.close()


def received(stream: IO[bytes]) -> Any:
    """The next message; raises EOFError where there will be none."""
    try:
        return pickle.load(stream)
    except (pickle.UnpicklingError, OSError, ValueError) as error:  # cut off in the middle
        raise EOFError from error
