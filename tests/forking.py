"""Processes that tests begin by the dozen, forked from one that has imported what these need.

    python tests/forking.py SOCKET

Each would take three seconds to import torch and the networks of transformers. That they also
begin by themselves is what tests/deploy and tests/test_wheel.py try.
"""

import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from explainer.app.work.child import IMPORTED, MODULE
from explainer.app.work.forks import Forks, answer_forks

ROOT = Path(__file__).parents[1]


def _asked(begin: Callable[[socket.socket], object]) -> Forks:
    """Forks of what is begun at the other end; it ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        begin(theirs)
    atexit.register(ours.close)
    return Forks(ours)


@cache
def commands() -> Forks:
    """What is forked from a process that has imported torch and the like, and nothing of ours."""

    def begin(end: socket.socket) -> None:
        process = subprocess.Popen(
            [sys.executable, __file__, str(end.fileno())],
            pass_fds=[end.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        process.returncode = 0  # nobody waits for it

    return _asked(begin)


@cache
def processes() -> Forks:
    """Those beside a server, forked as its own are."""
    return _asked(lambda end: commands().fork({"kind": "process"}, (end.fileno(),)))


class Module:
    """`python -m` with these arguments, as a fork: what tests need of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: dict[str, str], stderr) -> None:
        self._ended, held = os.pipe()
        given = {
            "kind": "module",
            "arguments": json.dumps(list(arguments)),
            "folder": str(cwd),
            "environment": json.dumps(env),
        }
        self.pid = commands().fork(given, (stderr.fileno(), held))
        os.close(held)

    def poll(self) -> int | None:
        """0 once it and all that it has begun have ended."""
        readable, _, _ = select.select([self._ended], [], [], 0)
        return 0 if readable else None

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout: float) -> None:
        """Until it has ended; raises TimeoutError where it has not."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.01)
        commands().kill(self.pid)
        os.close(self._ended)


def _run(given: dict[str, str], files: Sequence[int]) -> None:
    """Be what is asked for."""
    if given.pop("kind") == "module":
        _run_module(given, *files)
        return
    (end,) = files
    import_module(IMPORTED)
    answer_forks(socket.socket(fileno=end), import_module(MODULE).forked)


def _run_module(given: dict[str, str], errors: int, _held_to_the_end: int) -> None:
    """Be `python -m`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(errors, 2)
    os.chdir(given["folder"])
    os.environ.clear()
    os.environ.update(json.loads(given["environment"]))
    name, *arguments = json.loads(given["arguments"])
    sys.argv = [name, *arguments]
    sys.path[0] = given["folder"]
    with contextlib.suppress(SystemExit):
        runpy.run_module(name, run_name="__main__", alter_sys=True)


def main() -> None:
    """Fork what is asked for, until nobody asks any more."""
    gc.disable()  # nearly all of it stays
    for name in ("explainer.models.registry", "pandas", "plotly.graph_objects"):
        import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "explainer"]:
        del sys.modules[name]  # each fork imports the checkout's own code by itself
    gc.enable()
    gc.collect()
    gc.freeze()
    answer_forks(socket.socket(fileno=int(sys.argv[1])), _run)
    os._exit(0)  # to take apart what is imported takes a second


if __name__ == "__main__":
    main()
