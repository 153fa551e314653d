"""The server of the pages: it starts with its settings checked, says how it is, and ends in order.

A first signal to end lets running answers end, at most for a while; a second one ends at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from explainer import __version__
from explainer.app.serving import log
from explainer.app.serving.draining import drain, draining
from explainer.app.serving.status import GOOD, load, status
from explainer.app.settings import restrict_models, restricted_said, settings
from explainer.app.work.begun import begin, prepare
from explainer.base.numbers import counted
from explainer.cli.app import EVERYWHERE

HEALTH = "healthz"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_UP = 0.1
"""Seconds between two looks at whether answers are still running."""
QUIET = 2.0
"""Seconds without a running answer after which none is waited for: a page asks for several, one
after the other, and draws what it got."""
CLOSING = 5.0
"""Seconds that are left for closing connections and threads, after which the process ends."""


def serve(script: str, address: str, port: int, hosts: Iterable[str], path: str = "") -> None:
    """Serve the pages of a script until a signal ends it.

    Browsers may ask for it by the names of `hosts`, under the `path` of a proxy. Raises
    ExplainerError for a bad setting of the environment.
    """
    names = sorted(hosts)
    if restrict_models(address, names):
        log.say(restricted_said())
    found = settings()
    prepare()
    log.begin(found.log)
    config = {
        "server.address": address,
        "server.port": port,
        "server.allowedHosts": names,
        "server.baseUrlPath": path,
        # Streamlit's own asks a service in the network for the address of this machine.
        "logger.hideWelcomeMessage": True,
    }
    # Settings lie beside the script, in .streamlit: Streamlit looks for them where this points to.
    sys.argv = [script]
    ending = _Ending(found.grace, _url(address, port, path))
    ending.listen()
    st.App(
        script,
        lifespan=ending.lifespan,
        routes=[Route(f"/{path}/{HEALTH}" if path else f"/{HEALTH}", _health)],
    ).run(config=config)


def _url(address: str, port: int, path: str) -> str:
    """Where a browser of this machine finds the pages."""
    host = "localhost" if address in EVERYWHERE else f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}/{path}"


def _health(_request: Request) -> JSONResponse:
    """How the server is; in a thread beside the loop, so that a loop that is busy is no excuse."""
    found = status()
    return JSONResponse(
        found,
        200 if found["status"] == GOOD else 503,
        headers={"Cache-Control": "no-store"},
    )


class _Ending:
    """What signals do: the first one begins to drain, the second one ends the process."""

    def __init__(self, grace: int, url: str) -> None:
        self._grace, self._url = grace, url
        self._stop: dict[int, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """Hear signals before the server does, and those that it repeats once it has ended."""
        for number in SIGNALS:
            signal.signal(number, self._outside)

    @asynccontextmanager
    async def lifespan(self, _app: st.App) -> AsyncIterator[None]:
        """What happens around the serving: signals are heard here, and not by the server."""
        self._loop = asyncio.get_running_loop()
        for number in SIGNALS:
            self._stop[number] = signal.signal(number, self._told)
        begin()  # what computes imports what it needs until somebody comes
        log.say(f"The app is on {self._url} (Ctrl-C ends it).", sys.stdout)
        log.event("start", version=__version__, models=settings().models.said)
        yield
        log.event("stop", **log.COUNTS.known())

    def _outside(self, number: int, _frame: FrameType | None) -> None:
        if not draining():  # nothing is served yet
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(0)

    def _told(self, number: int, _frame: FrameType | None) -> None:
        if draining():
            _end_now(128 + number)
        drain(load().sessions)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._begin, number)

    def _begin(self, number: int) -> None:
        # Whatever a connection or a thread waits for, the process ends.
        last = threading.Timer(self._grace + CLOSING, _end_now, (0,))
        last.daemon = True
        last.start()
        self._draining = asyncio.create_task(self._drain(number))

    async def _drain(self, number: int) -> None:
        """Wait until no answer is being computed, at most for the grace; then stop serving."""
        until = asyncio.get_running_loop().time() + self._grace
        try:
            running = load().running
            log.event("draining", running=running, grace=self._grace)
            if running and self._grace:
                log.say(
                    f"Ending: {counted(running, 'answer')} may still take {self._grace} seconds; "
                    "once more ends at once."
                )
            loop = asyncio.get_running_loop()
            last = loop.time() if running else -QUIET
            while loop.time() < min(until, last + QUIET):
                await asyncio.sleep(LOOK_UP)
                now = load()
                if now.running or now.sessions:
                    last = loop.time()
        finally:
            self._stop[number](number, None)


def _end_now(code: int) -> None:
    """End the process without waiting for anything."""
    log.event("stop", at_once=True, **log.COUNTS.known())
    os._exit(code)
