"""A server for many people: what eight browsers and a long question do to it, and to each other.

Run `python -m benchmarks.load` (options: --help). It starts the app as its command does, asks it
alone, then by all browsers at once beside a long question, with other pages and closed tabs in
between, and then ends a process that computes while all ask (SIGKILL). Every answer is compared
with what the API says to the page's own link. The browsers run on the same machine as the server
and take processor time from it: the page's wait is of both, the log's seconds are the server's.

`--memory N` measures memory instead: N explanations by links, none of them asked before.

It ends with the exit code 1 where an answer differs, or a page or the server shows an error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

import psutil
from playwright.async_api import async_playwright

from benchmarks.loading import report
from benchmarks.loading.phases import Crowd, Part
from benchmarks.loading.questions import Api, long, save_large, short
from benchmarks.loading.served import CHROMIUM, Sample, Served, served, watch
from explainer.base.cores import cores
from tests.browser.page import QUIET, found_browser

EVERY = 100
"""Explanations after which memory is measured."""
SIZES = {"agreement": 1000, "large": 490}
"""Points of the long question, or its tokens."""
OF_KILL = 4
"""Of the explanations together, a quarter is asked while a process is ended."""


def main() -> None:
    """Measure and print."""
    options = _options()
    print(f"{cores()} cores, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        if options.long == "large":
            save_large(folder / "model")
        with served(folder) as server:
            measure = _memory if options.memory else _load
            parts = asyncio.run(measure(server, options, folder / "model"))
        ends = 0 if _right(parts, server.faults(), options.memory == 0) else 1
    sys.exit(ends)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask a server as many people do, and more.")
    parser.add_argument("--browsers", type=int, help="at once (8; for memory 4)")
    parser.add_argument("--explanations", type=int, default=20, help="of each browser (20)")
    parser.add_argument("--long", choices=list(SIZES), default="agreement", help="long question")
    parser.add_argument("--size", type=int, help="points of it (1000), or for large tokens (490)")
    parser.add_argument("--memory", type=int, default=0, metavar="N", help="memory by N instead")
    parser.add_argument("--every", type=int, default=EVERY, help="measure memory so often (100)")
    parser.add_argument("--seed", type=int, default=0, help="of sentences and of who does what (0)")
    return parser.parse_args()


@contextlib.asynccontextmanager
async def _crowd(server: Served, options: argparse.Namespace, model: Path) -> AsyncIterator[Crowd]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found_browser(), args=list(QUIET)
        )
        if not options.memory:  # of which no times are told
            _stand_back()
        questions = short(options.seed)
        size = options.size or SIZES[options.long]
        first = next(questions)
        if options.long == "large":  # so that its model is there
            first = first.under(model)
        yield Crowd(
            *(server, browser, questions, long(options.long, size, model)),
            rng=Random(options.seed),
            first_long=first,
        )
        await browser.close()


def _stand_back() -> None:
    """Give the browsers, which are on other machines in earnest, what the server leaves of this."""
    for process in psutil.Process().children(recursive=True):
        if process.name().startswith(CHROMIUM):
            process.nice(19)
            # A browser is a group of its own to the scheduler, which shares between groups first.
            with contextlib.suppress(OSError):
                Path(f"/proc/{process.pid}/autogroup").write_text("19")


async def _load(server: Served, options: argparse.Namespace, model: Path) -> list[Part]:
    samples: list[Sample] = []
    async with _crowd(server, options, model) as crowd:
        marks = [("before anybody came", server.sample())]
        watching = asyncio.create_task(watch(server, samples))
        alone = await crowd.alone(options.explanations)
        print(report.counts("Alone", alone), flush=True)
        marks.append(("after one and the long question", server.sample()))
        together = await crowd.all(options.browsers or 8, options.explanations)
        print(report.counts("Together", together), flush=True)
        marks.append(("after all together", server.sample()))
        until = len(samples)
        kill, found = await crowd.kill(-(-options.explanations // OF_KILL))
        print(report.counts("With a process ended", kill), flush=True)
        marks.append(("at the end", server.sample()))
        watching.cancel()
    print(f"\n{report.waits(alone, together)}\n\n{report.held(marks, samples)}\n")
    print(f"After kill -9: {report.after_kill(kill, found, samples[until:])}\n", flush=True)
    return [alone, together, kill]


async def _memory(server: Served, options: argparse.Namespace, model: Path) -> list[Part]:
    marks: list[tuple[int, Sample]] = []

    def say(asked: int, sample: Sample) -> None:
        marks.append((asked, sample))
        print(f"{asked} asked: {report.sizes(sample)}", flush=True)

    async with _crowd(server, options, model) as crowd:
        part = await crowd.many(options.browsers or 4, options.memory, options.every, say)
    print(f"\n{report.counts('Links', part)}\n\n{report.growth(marks)}\n", flush=True)
    return [part]


def _right(parts: Sequence[Part], faults: list[str], has_long: bool) -> bool:
    """Compare every answer with the API; whether all is as it should be."""
    api, unlike = Api(), []
    answers = report.answers(parts)
    for one in answers:
        found = api.differs(one.question, one.way == "link", one.address, one.shown)
        unlike += [] if found is None else [found]
    errors = [*report.errors(parts), *faults]
    for part in parts[: 2 if has_long else 0]:
        if not part.long.answers:
            errors.append("The long question was not answered.")
    lost = [said for part in parts[:2] for said in (*part.short.lost, *part.long.lost)]
    for name, every in (("unlike", unlike), ("error", errors), ("lost", lost)):
        for said in every:
            print(f"{name}: {said}")
    print(
        f"{len(answers)} answers compared with the API: {len(unlike)} unlike; {len(errors)} errors "
        f"of pages and of the server, {len(lost)} answers lost before a process was ended"
    )
    return bool(answers) and not (unlike or errors or lost)


if __name__ == "__main__":
    main()
