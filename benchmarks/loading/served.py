"""A server of its own: its log, its health, what it and the browsers hold, and who computes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from explainer.app.work.child import MODULE
from tests.wings import ROOT

EVERY = 1.0
"""Seconds between two samples."""
MIB = 2**20
CHROMIUM = "chrom"
"""What the names of all of a browser's processes begin with."""


@dataclass(frozen=True)
class Sample:
    """What is held at a moment: bytes, threads of the server, sessions that have asked so far, and
    what the health check says."""

    server: int
    workers: int
    browsers: int
    threads: int
    sessions: int
    status: str


class Served:
    """A server that runs; `log` is its log's file, `errors` has what it says on standard error."""

    def __init__(
        self, process: subprocess.Popen[bytes], address: str, *, log: Path, errors: Path
    ) -> None:
        self.process, self.address = psutil.Process(process.pid), address
        self._begun, self._log, self._errors = process, log, errors
        self._read = 0

    def faults(self) -> list[str]:
        """What went wrong in the server: a traceback that it wrote, and how it ended, if not by
        itself when it was told to."""
        said, code = self._errors.read_text(encoding="utf-8"), self._begun.poll()
        ended = [f"The server ended with {code}."] if code else []
        return [*ended, *([f"The server wrote: {said}"] if "Traceback" in said else [])]

    def workers(self) -> list[psutil.Process]:
        """The processes that compute beside it, the oldest first."""
        found = []
        for child in self.process.children():
            with contextlib.suppress(psutil.Error):
                if MODULE in child.cmdline():
                    found.append(child)
        return sorted(found, key=lambda one: one.create_time())

    def health(self) -> dict[str, Any]:
        """What `/healthz` says, whether it is well or not; raises OSError where it is silent."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=20) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:  # 503: ill, and says so
            found = json.load(error)
        return found

    def lines(self) -> list[dict[str, Any]]:
        """The questions in the log since this was last asked."""
        with self._log.open(encoding="utf-8") as file:
            file.seek(self._read)
            text = file.read()
            self._read = file.tell()
        found = [json.loads(line) for line in text.splitlines()]
        return [line for line in found if line["event"] == "question"]

    def sample(self) -> Sample:
        """What is held at this moment."""
        health = self.health()
        return Sample(
            server=_bytes([self.process]),
            workers=_bytes(self.workers()),
            browsers=_bytes(chromium()),
            threads=self.process.num_threads(),
            sessions=health["sessions"],
            status=health["status"],
        )

    def seconds(self) -> dict[str, float]:
        """Processor seconds of each since it began; those of a process that has ended count among
        the others' on this machine, and so do the driver's of the browsers."""
        found = {
            "server": _seconds([self.process]),
            "processes beside it": _seconds(self.workers()),
            "browsers": _seconds(chromium()),
            "this measurement": _seconds([psutil.Process()]),
        }
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        return {**found, "others on this machine": sum(times) - idle - sum(found.values())}

    def busiest(self) -> psutil.Process:
        """The worker that has computed most."""
        return max(self.workers(), key=lambda one: _seconds([one]))


def chromium() -> list[psutil.Process]:
    """The processes of the browsers that this process has begun."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child.name().startswith(CHROMIUM):
                found.append(child)
    return found


def _bytes(processes: list[psutil.Process]) -> int:
    """Resident bytes, of which what processes share counts once: it is shared out (PSS)."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total


def _seconds(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


async def watch(served: Served, samples: list[Sample]) -> None:
    """Sample again and again, until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        with contextlib.suppress(OSError, psutil.Error):
            samples.append(await asyncio.to_thread(served.sample))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A cold server on a free port, which may take an hour for an answer; its log is in `folder`.

    Raises RuntimeError where it does not begin.
    """
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    files = {name: folder / name for name in ("log", "errors")}
    own = {"EXPLAINER_MODELS": "any", "EXPLAINER_SECONDS": "3600"}
    with files["errors"].open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "explainer", "app", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **own, "EXPLAINER_LOG": str(files["log"])},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        found = Served(process, f"http://localhost:{port}", **files)
        try:
            _wait_for(found, process)
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(server: Served, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            server.health()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The server does not answer: {server.faults()}")
