"""Processes that are forked from one that has imported what they need, and has no other threads.

Each is there in some hundredths of a second instead of some seconds, and what is imported is in
memory once for all of them. The one that they are forked from is a fork of the server, made before
that begins any threads: whoever forks beside them copies locks that nobody will ever open. (numpy's
OpenBLAS has threads as soon as it is imported; it ends them itself before a fork.)
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Never

POSSIBLE = sys.platform == "linux"
"""Elsewhere the system's own libraries have threads from the beginning, or there is no fork."""
LONGEST = 2**20
"""Bytes of a message."""
MOST_FILES = 3
PATIENCE = 20.0
"""Seconds that a fork may take; it takes some hundredths of one."""

Run = Callable[[dict[str, str], Sequence[int]], object]
"""What a fork does, by what it is given: values by their names, and open files."""


class Forks:
    """Has processes forked at the other end of a socket, where `answer_forks` listens."""

    def __init__(self, asked: socket.socket) -> None:
        asked.settimeout(PATIENCE)
        self._asked = asked
        self._lock = threading.Lock()

    @classmethod
    def begun(cls, run: Run) -> Forks:
        """Fork this process, which has no threads yet, into one that others are forked from."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if not os.fork():
            ours.close()
            _go(partial(answer_forks, theirs, run))
        theirs.close()
        return cls(ours)

    def fork(self, given: dict[str, str], files: Sequence[int]) -> int:
        """The number of a new process; raises OSError where there can be none any more."""
        number = int(self._said({"fork": given}, files))
        if not number:
            raise OSError("The system has no room for another process.")
        return number

    def kill(self, number: int) -> None:
        """End a process, or forget one that has ended by itself; once for each."""
        try:
            self._said({"kill": number})
        except OSError:  # who would do it has ended before, and left it to the system
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def _said(self, message: dict[str, object], files: Sequence[int] = ()) -> str:
        with self._lock:
            try:
                socket.send_fds(self._asked, [json.dumps(message).encode()], files)
                if answer := self._asked.recv(LONGEST).decode():
                    return answer
            except OSError:  # what comes late would be taken for the next answer
                self._asked.close()
                raise
        raise OSError("The process that others are forked from has ended.")


def answer_forks(asked: socket.socket, run: Run) -> None:
    """Fork whatever is asked for, until nobody asks any more."""
    for told in (signal.SIGINT, signal.SIGTERM):  # which a whole service gets: it is the server
        signal.signal(told, signal.SIG_IGN)  # that decides when it has had enough
    while True:
        try:
            written, files, *_ = socket.recv_fds(asked, LONGEST, MOST_FILES)
        except OSError:
            return
        match json.loads(written or "{}"):
            case {"fork": dict() as given}:
                answer = _forked(asked, partial(run, given, files))
            case {"kill": int() as number}:
                os.kill(number, signal.SIGKILL)
                answer, _ = os.waitpid(number, 0)
            case _:
                return
        for file in files:
            os.close(file)
        with contextlib.suppress(OSError):  # who asked has ended meanwhile
            asked.send(str(answer).encode())


def _forked(asked: socket.socket, run: Callable[[], object]) -> int:
    """The number of a fork that runs this, or 0 where the system has no room for it."""
    try:
        number = os.fork()
    except OSError:
        return 0
    if not number:
        asked.close()
        _go(run)
    return number


def _go(run: Callable[[], object]) -> Never:
    """The rest of a fork's life: it never goes on with what it was forked from was doing."""
    code = 1
    try:
        run()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


class Forked:
    """A forked process, with what `subprocess.Popen` has for one that was executed."""

    def __init__(self, forks: Forks, given: dict[str, str]) -> None:
        read, writes = os.pipe()
        reads, write = os.pipe()
        self.stdin, self.stdout = os.fdopen(writes, "wb"), os.fdopen(reads, "rb")
        self._forks, self._lock, self._killed = forks, threading.Lock(), False
        try:
            self.pid = forks.fork(given, (read, write))
        except OSError:
            self.stdin.close()
            self.stdout.close()
            raise
        finally:
            os.close(read)
            os.close(write)

    def kill(self) -> None:
        """End it; where it has ended, its number is given back."""
        with self._lock:
            if not self._killed:
                self._killed = True
                self._forks.kill(self.pid)

    def wait(self) -> None:
        """What was killed has ended."""
