"""A real server in a process of its own, begun as the command begins it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENT = 60
"""Seconds that a server may take to start, on a busy machine."""


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answer(address: str, **headers: str) -> tuple[int, str]:
    """The status and the text that come from an address."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=headers), timeout=20
        ) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Served:
    """A server: its process, its port, and what it has said."""

    def __init__(self, process, port, place, said) -> None:
        self.process, self.port, self._place, self._said = process, port, place, said

    def health(self) -> tuple[int, dict]:
        """What the health check answers."""
        status, text = answer(f"http://127.0.0.1:{self.port}{self._place}/healthz")
        return status, json.loads(text)

    @property
    def said(self) -> str:
        """What it has written on its standard error."""
        self._said.seek(0)
        return self._said.read()

    @property
    def events(self) -> list[dict]:
        """The lines of its log."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]


@contextlib.contextmanager
def begun(*command: str, port: int, place: str = "", folder: Path = ROOT, **environment: str):
    """Python with these arguments, which serves on the port under the path `place`; waits until it
    answers, and ends it in the end."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    with tempfile.TemporaryFile("w+") as said:  # a pipe that nobody reads would stop it
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=known,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        served = Served(process, port, place, said)
        try:
            until = time.monotonic() + PATIENT
            while True:
                with contextlib.suppress(OSError):
                    served.health()
                    break
                assert process.poll() is None, served.said
                assert time.monotonic() < until, served.said
                time.sleep(0.05)
            yield served
        finally:
            process.kill()
            process.wait()
        assert "Traceback" not in served.said, served.said
