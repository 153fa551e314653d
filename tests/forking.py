"""Processes that tests begin by the dozen, forked from one that has imported what these need.

    python tests/forking.py KIND SOCKET

Each would take three seconds to import torch and the networks of transformers. That they also
begin by themselves is what tests/deploy and tests/test_wheel.py try.
"""

import atexit
import contextlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from explainer.app.work.forks import Forks, answer_forks

ROOT = Path(__file__).parents[1]


@cache
def forks(kind: str) -> Forks:
    """Those of a process of this kind, which ends with the one that asks."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, __file__, kind, str(theirs.fileno())]
    subprocess.Popen(
        command,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).returncode = 0  # nobody waits for it
    theirs.close()
    atexit.register(ours.close)
    return Forks(ours)


class Module:
    """`python -m` with these arguments, as a fork: what tests need of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: dict[str, str], stderr) -> None:
        self._ended, held = os.pipe()
        given = {
            "arguments": json.dumps(list(arguments)),
            "folder": str(cwd),
            "environment": json.dumps(env),
        }
        self._forks = forks("command")
        self.pid = self._forks.fork(given, (stderr.fileno(), held))
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
        self._forks.kill(self.pid)
        os.close(self._ended)


def _run(given: dict[str, str], files: Sequence[int]) -> None:
    """Be `python -m`."""
    said, _held_to_the_end = files
    for number, does in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        signal.signal(number, does)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(said, 2)
    os.chdir(given["folder"])
    os.environ.clear()
    os.environ.update(json.loads(given["environment"]))
    sys.argv = [sys.argv[0], *json.loads(given["arguments"])[1:]]
    sys.path[0] = given["folder"]
    with contextlib.suppress(SystemExit):
        runpy.run_module(json.loads(given["arguments"])[0], run_name="__main__", alter_sys=True)


def main() -> None:
    kind, number = sys.argv[1:]
    if kind == "process":  # that computes beside a server, of which this is one
        import_module("explainer.app.compute")
        run = import_module("explainer.app.work.process").forked
    else:
        import_module("explainer.models.registry")
        import_module("pandas"), import_module("plotly.graph_objects")
        for name in [name for name in sys.modules if name.partition(".")[0] == "explainer"]:
            del sys.modules[name]  # each imports the checkout's own code by itself
        run = _run
    answer_forks(socket.socket(fileno=int(number)), run)
    os._exit(0)  # to take apart what is imported takes a second


if __name__ == "__main__":
    main()
