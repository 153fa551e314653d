"""The parts of the measurement: alone, together, the end of a process, and a thousand questions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.async_api import Browser

from benchmarks.loading.questions import Question
from benchmarks.loading.served import Sample, Served
from benchmarks.loading.visitors import LONG_PATIENCE, Seen, Visitor

SETTLED = 3.0
"""Seconds in which nobody asks before memory is measured."""
KILLED_AFTER = 3.0
"""Seconds for which the long answer is computed before a process is ended."""
LOOK_UP = 0.05


@dataclass
class Part:
    """What came of a part: what those with short questions and who asked the long one have seen,
    the lines of the log, its length in seconds, and the processor's seconds of each."""

    short: Seen = field(default_factory=Seen)
    long: Seen = field(default_factory=Seen)
    lines: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    processor: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Killed:
    """After the end of a process: seconds until another had begun beside the server; and, once
    all had ended while nobody asked, until the next answer was there."""

    begun: float | None
    next_answer: float
    status: str


@dataclass
class Crowd:
    """Those who ask: one by himself, those together, and who asks the long question."""

    served: Served
    browser: Browser
    short: Iterator[Question]
    long: Iterator[Question]
    rng: Random
    first_long: Question
    together: list[Visitor] = field(default_factory=list)
    asks_long: Visitor | None = None

    async def come(self, name: str, first: Question | None = None) -> Visitor:
        """A visitor who has been at the page before."""
        asked = next(self.short) if first is None else first
        return await Visitor.come(self.browser, self.served.address, name, asked)

    async def alone(self, n: int) -> Part:
        """One asks `n` short questions, half of them by a link, and then the long one."""
        one = await self.come("alone")
        self.asks_long = await self.come("long", self.first_long)
        with _Timed(self.served) as part:
            for number in range(n):
                await one.ask(next(self.short), "link" if number % 2 else "typed")
            await self.asks_long.ask(next(self.long), "link", LONG_PATIENCE)
        await one.go()
        return _told(part, [one], self.asks_long)

    async def all(self, browsers: int, n: int) -> Part:
        """All ask `n` short questions each, beside the long one."""
        assert self.asks_long is not None, "it is asked alone first"
        self.together = [await self.come(f"browser {number}") for number in range(browsers)]
        with _Timed(self.served) as part:
            await asyncio.gather(
                self.asks_long.ask(next(self.long), "link", LONG_PATIENCE), *self._visits(n)
            )
        return _told(part, self.together, self.asks_long)

    async def kill(self, n: int) -> tuple[Part, Killed]:
        """The process that computed most is ended while all ask `n` questions each; and at last
        all processes, while nobody asks."""
        assert self.asks_long is not None, "it is asked alone first"
        with _Timed(self.served) as part:
            asked = self.asks_long.ask(next(self.long), "link", LONG_PATIENCE)
            asking = [asyncio.create_task(one) for one in (asked, *self._visits(n))]
            begins = asyncio.create_task(self.asks_long.begins())
            await asyncio.wait({begins, asking[0]}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(KILLED_AFTER)
            if asking[0].done():
                raise RuntimeError("The long question was answered too soon: take more of --size.")
            begun = await self._ended(asking)
            await asyncio.gather(*asking)
        part.processor.clear()  # a process that has ended takes along what it had used
        status = self.served.health()["status"]
        for worker in self.served.workers():
            worker.kill()
        at = time.monotonic()
        await self.together[0].ask(next(self.short), "link")
        after = time.monotonic() - at
        return _told(part, self.together, self.asks_long), Killed(begun, after, status)

    async def _ended(self, asking: list[asyncio.Task[Any]]) -> float | None:
        """End the busiest process; seconds until there is another, None where nobody needs one."""
        before = {worker.pid for worker in self.served.workers()}
        self.served.busiest().kill()
        at = time.monotonic()
        while not all(task.done() for task in asking):
            if {worker.pid for worker in self.served.workers()} - before:
                return time.monotonic() - at
            await asyncio.sleep(LOOK_UP)
        return None

    def _visits(self, n: int) -> list[Any]:
        seeds = [self.rng.random() for _ in self.together]
        return [
            visitor.visit(self.short, n, Random(seed))
            for visitor, seed in zip(self.together, seeds, strict=True)
        ]

    async def many(
        self, browsers: int, n: int, every: int, say: Callable[[int, Sample], None]
    ) -> Part:
        """`n` short questions by links, nobody thinking; memory after every so many."""
        self.together = [await self.come(f"browser {number}") for number in range(browsers)]
        asked = 0
        with _Timed(self.served) as part:
            while asked < n:
                each = [len(range(number, every, browsers)) for number in range(browsers)]
                await asyncio.gather(
                    *(
                        visitor.links(self.short, count)
                        for visitor, count in zip(self.together, each, strict=True)
                    )
                )
                asked += every
                await asyncio.sleep(SETTLED)
                say(asked, self.served.sample())
        return _told(part, self.together, None)


class _Timed:
    """Its part gets the length, the processor's seconds and the log of what is inside."""

    def __init__(self, served: Served) -> None:
        self._served, self._part = served, Part()

    def __enter__(self) -> Part:
        self._served.lines()
        self._began, self._before = time.monotonic(), self._served.seconds()
        return self._part

    def __exit__(self, *_: object) -> None:
        part, after = self._part, self._served.seconds()
        part.seconds = time.monotonic() - self._began
        part.processor = {name: after[name] - self._before[name] for name in after}
        part.lines = self._served.lines()


def _told(part: Part, short: list[Visitor], long: Visitor | None) -> Part:
    """The part, with what its visitors have seen."""
    for visitor in short:
        part.short.add(visitor.told())
    if long is not None:
        part.long = long.told()
    return part
