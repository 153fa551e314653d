"""People at their browsers: they ask, read, look at other pages, and close tabs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page
from playwright.async_api import Error as BrowserError

from benchmarks.loading.questions import Question, Shown
from tests.browser.page import BOX, HEAR, QUIET_SINCE, STILL

Way = Literal["link", "typed"]
QUIET = 300
"""Milliseconds in which nothing more may come; they are not counted as waiting."""
LOOK_UP = 100
"""Milliseconds between two looks at a page."""
PATIENCE = 600_000
LONG_PATIENCE = 3600_000
SOON_CLOSED = 0.5
"""Seconds after which a tab is closed that somebody has asked in."""
PAGE_EVERY, CLOSE_EVERY = 4, 5
"""Of so many questions one is followed by another page, and before one a tab is closed."""
THINKS = (1.0, 3.0)
"""Seconds between an answer and the next question, at least and at most."""
PAGES = ("Compare", "Corpus", "Method")
ERROR = "[data-testid=stAlert]:has([data-testid=stAlertContentError])"
LOST = "has ended before it was done"
"""What a page says where the process has ended that computed its answer."""
EXCEPTION = "[data-testid=stException]"
BAR = "[data-testid=stProgress]"
STRIP = ".st-key-numbers_strip [data-testid=stMetric]"
DONE = f"""([text, quiet, shown]) =>
  new URLSearchParams(location.search).get('text') === text
  && document.querySelector(shown) && ({QUIET_SINCE})(quiet)"""
"""Whether the page is done with this very text and says what came of it."""
THERE = f"([path, quiet]) => location.pathname === path && ({QUIET_SINCE})(quiet)"
"""Whether this page is there, and done."""
READ = f"""() => ({{
  metrics: [...document.querySelectorAll('{STRIP}')].map(metric =>
    ['stMetricLabel', 'stMetricValue'].map(part =>
      metric.querySelector(`[data-testid=${{part}}]`).innerText.trim())),
  answer: document.querySelector('.ipe-answer')?.textContent ?? '',
  box: document.querySelector('{BOX}')?.value ?? '',
  broken: [
    ...[...document.querySelectorAll('{EXCEPTION}')].map(part => part.innerText),
    ...(document.body.innerText.match(/Oh no|Connection error/g) ?? []),
  ],
  refused: [...document.querySelectorAll('{ERROR}')].map(part => part.innerText),
}})"""


@dataclass(frozen=True)
class Answered:
    """An answer, as the page showed it under the link `address` after `seconds`, and when it was
    asked for, by the same clock as `time.time`."""

    question: Question
    way: Way
    at: float
    seconds: float
    address: str
    shown: Shown


@dataclass
class Seen:
    """What visitors have seen: answers, answers lost with who computed them, other errors of
    pages, tabs closed and other pages looked at."""

    answers: list[Answered] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    closed: int = 0
    pages: int = 0

    def add(self, other: Seen) -> None:
        """What somebody else has seen."""
        self.answers += other.answers
        self.lost += other.lost
        self.errors += other.errors
        self.closed += other.closed
        self.pages += other.pages


class Visitor:
    """One person with a browser of his own, in which a tab is open or none is yet."""

    def __init__(self, context: BrowserContext, address: str, name: str) -> None:
        self._context, self._address, self._name = context, address, name
        self._page: Page | None = None
        self.seen = Seen()

    @classmethod
    async def come(cls, browser: Browser, address: str, name: str, first: Question) -> Visitor:
        """A person who has been there before: the browser has the page's programs by then.

        Raises RuntimeError where the first question is not answered.
        """
        context = await browser.new_context(
            viewport={"width": 1280, "height": 1000}, reduced_motion=STILL
        )
        await context.add_init_script(HEAR)
        visitor = cls(context, address, name)
        if not await visitor.ask(first, "link"):
            raise RuntimeError(f"The first question has no answer: {visitor.seen}")
        visitor.told()
        return visitor

    async def visit(self, questions: Iterator[Question], n: int, rng: Random) -> None:
        """Ask `n` questions, half of them by a link, and look at other pages, close tabs and think
        in between. What is lost is asked again, once."""
        ways: list[Way] = ["link" if number % 2 else "typed" for number in range(n)]
        rng.shuffle(ways)
        apart = rng.randrange(CLOSE_EVERY * PAGE_EVERY)  # people do not do the same at once
        for number, way in enumerate(ways, start=apart):
            if number % CLOSE_EVERY == 0:
                await self.leave(next(questions))
            question = next(questions)
            if not await self.ask(question, way) and not await self.ask(question, "link"):
                self._fails(question, "was not answered when asked again, either")
            if number % PAGE_EVERY == 0:
                await self.look_around(rng.choice(PAGES))
            await asyncio.sleep(rng.uniform(*THINKS))

    async def links(self, questions: Iterator[Question], n: int) -> None:
        """Ask `n` questions by links, without a pause."""
        for _ in range(n):
            await self.ask(next(questions), "link")

    async def ask(self, question: Question, way: Way, patience: int = PATIENCE) -> bool:
        """Ask and wait for the answer; whether it came. A tab without a page opens the link."""
        page, at = await self._tab(), time.time()
        way = way if page.url.startswith("http") else "link"
        try:
            await self._send(page, question, way)
            arg = [question.text, QUIET, f"{STRIP}, {ERROR}, {EXCEPTION}"]
            await page.wait_for_function(DONE, arg=arg, polling=LOOK_UP, timeout=patience)
            seconds = time.time() - at - QUIET / 1000
            read = await page.evaluate(READ)
        except BrowserError as error:
            with contextlib.suppress(BrowserError):
                self._fails(question, await page.inner_text("body"))
            self._fails(question, str(error))
            await self.close_tab()
            return False
        if self._faulty(read, question):
            return False
        shown = Shown(tuple(map(tuple, read["metrics"])), read["answer"])
        self.seen.answers.append(Answered(question, way, at, seconds, page.url, shown))
        return True

    async def leave(self, question: Question) -> None:
        """Ask, and close the tab at once."""
        page = await self._tab()
        await self._send(page, question, "typed" if page.url.startswith("http") else "link")
        await asyncio.sleep(SOON_CLOSED)
        await self.close_tab()
        self.seen.closed += 1

    async def look_around(self, name: str) -> None:
        """Look at another page, and come back to the last answer."""
        page = await self._tab()
        try:
            for other, there in ((name, f"/{name.lower()}"), ("Explore", "/")):
                await page.get_by_role("link", name=other, exact=True).click(timeout=PATIENCE)
                arg = [there, QUIET]
                await page.wait_for_function(THERE, arg=arg, polling=LOOK_UP, timeout=PATIENCE)
                self._faulty(await page.evaluate(READ), name)
        except BrowserError as error:
            self._fails(name, str(error))
            await self.close_tab()
        self.seen.pages += 1

    async def begins(self) -> None:
        """Wait until it is said how far the long answer is."""
        await (await self._tab()).locator(BAR).wait_for(timeout=PATIENCE)

    async def close_tab(self) -> None:
        """The next question opens another one."""
        if self._page is not None:
            await self._page.close()
        self._page = None

    def told(self) -> Seen:
        """What was seen since this was last asked."""
        found, self.seen = self.seen, Seen()
        return found

    async def go(self) -> None:
        """Close the browser."""
        await self._context.close()

    async def _tab(self) -> Page:
        if self._page is None:
            self._page = await self._context.new_page()
            self._page.on("pageerror", lambda error: self._fails("a page", str(error)))
        return self._page

    async def _send(self, page: Page, question: Question, way: Way) -> None:
        await page.evaluate("delete window.quietSince")
        if way == "link":
            await page.goto(
                f"{self._address}/?{question.query}", wait_until="commit", timeout=PATIENCE
            )
        else:
            await page.locator(BOX).fill(question.text, timeout=PATIENCE)
            await page.locator(BOX).press("Enter", timeout=PATIENCE)

    def _faulty(self, read: dict[str, Any], asked: Question | str) -> bool:
        """Whether the page has no good answer, which is noted: as lost with who computed it, or
        as an error."""
        for said in read["refused"]:
            if LOST in said:
                self.seen.lost.append(f"{self._name}: {_called(asked)}")
            else:
                self._fails(asked, said)
        for said in read["broken"]:
            self._fails(asked, said)
        if isinstance(asked, Question) and read["box"] != asked.text:
            self._fails(asked, f"the box has {read['box']!r}")
            return True
        return bool(read["refused"] or read["broken"])

    def _fails(self, asked: Question | str, said: str) -> None:
        self.seen.errors.append(f"{self._name}: {_called(asked)}: {' '.join(said.split())[:500]}")


def _called(asked: Question | str) -> str:
    return asked if isinstance(asked, str) else f"{asked.text[:80]!r} {dict(asked.asked)}"
