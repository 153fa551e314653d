"""How long a person waits: from Enter to the drawn graph, and from a toggle to its effect.

Run `python -m benchmarks.browser`: it starts the app, drives a real Chromium and prints medians.
With `--beside FOLDER`, another checkout of the project, both apps are asked the same in turn, so
that whatever else the machine does hits both alike.

A graph counts as drawn when the page's figure has new data and the browser has painted twice, a
page as settled when its server has nothing more to send.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.page import GRAPH, QUIET, found_browser, menu, server
from tests.wings import ROOT

WORDS = ("farmers", "pilots", "guards", "doctors", "authors", "dancers")
OTHERS = ("assistant", "teacher", "lawyer", "singer")
VERBS = ("loves", "knows", "likes")
BOX = "[aria-label=Sentence]"
"""The box of the sentence, in every version of the page."""
VIEW = "view"
"""Where the drawing's controls are; in an earlier version they stood on the page itself."""
REMEMBER = "() => { window.before = document.querySelector('.js-plotly-plot').data; }"
DRAWN = """() => new Promise((done) => {
  const look = () => {
    const plot = document.querySelector('.js-plotly-plot');
    if (plot && plot.data && plot.data !== window.before) {
      requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""
SETTLED = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState
  === 'notRunning'"""
QUIET_FOR = 1200
"""Milliseconds that a page is left alone before each action."""

Action = Callable[[Page], object]


@dataclass
class App:
    """A page of one version of the app, and the seconds that its actions took."""

    name: str
    page: Page
    drawn: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)

    def measure(self, action: Action) -> None:
        """Time an action until the graph is drawn, and until the page has settled."""
        self.page.wait_for_timeout(QUIET_FOR)
        self.page.evaluate(REMEMBER)
        start = time.perf_counter()
        action(self.page)
        self.page.evaluate(DRAWN)
        self.drawn.append(time.perf_counter() - start)
        self.page.wait_for_function(SETTLED)
        self.settled.append(time.perf_counter() - start)

    def report(self) -> str:
        """Medians with their spreads, which are then forgotten."""
        said = [
            f"{what} {statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"
            for what, seconds in (("drawn", self.drawn), ("settled", self.settled))
        ]
        self.drawn, self.settled = [], []
        return f"  {self.name:8s} {', '.join(said)}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time the app as a person sees it.")
    parser.add_argument("--model", default="agreement", help="built-in name or folder")
    parser.add_argument("--rounds", type=int, default=10, help="of each action (10)")
    parser.add_argument("--beside", type=Path, help="another checkout, asked the same in turn")
    options = parser.parse_args()
    checkouts = {"this": ROOT} | ({"other": options.beside} if options.beside else {})
    with ExitStack() as running:
        addresses = {name: running.enter_context(server(root=r)) for name, r in checkouts.items()}
        playwright = running.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=found_browser(), args=list(QUIET))
        link = urlencode({"model": options.model})
        apps = [App(name, opened(browser, f"{at}/?{link}")) for name, at in addresses.items()]
        in_turn(apps, "Enter to drawn graph, new sentence", sentences(options.rounds))
        for app in apps:
            if app.page.locator(f".st-key-{VIEW}").count():
                menu(app.page, VIEW)
        in_turn(apps, "toggle of level", toggles("Nodes", "Heads and skips", options.rounds))
        in_turn(apps, "toggle of overlay", toggles("Both", "None", options.rounds))
        browser.close()


def opened(browser: Browser, address: str) -> Page:
    """The page, with its graph drawn."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector(GRAPH)
    page.wait_for_function(SETTLED)
    return page


def in_turn(apps: list[App], name: str, actions: list[Action]) -> None:
    """Let every app do each action, the order changing from one to the next; print the medians."""
    for number, action in enumerate(actions):
        for app in apps if number % 2 == 0 else apps[::-1]:
            app.page.bring_to_front()  # a tab behind others is not painted
            app.measure(action)
    ratios = [
        statistics.median(mine / other for mine, other in zip(*pair, strict=True))
        for pair in zip(*((app.drawn, app.settled) for app in apps), strict=True)
        if len(apps) == 2
    ]
    said = f": drawn in {ratios[0]:.2f} and settled in {ratios[1]:.2f} of the other’s time"
    print(name + (said if ratios else ""), flush=True)
    for app in apps:
        print(app.report(), flush=True)


def sentences(rounds: int) -> list[Action]:
    """Sentences of 12 tokens with [CLS] and [SEP], none of them seen before."""
    texts = [
        f"the {subject} that the {other} {verb} [MASK] very old ."
        for subject in WORDS
        for other in OTHERS
        for verb in VERBS
    ][:rounds]

    def enter(text: str) -> Action:
        def act(page: Page) -> None:
            page.fill(BOX, text)
            page.press(BOX, "Enter")

        return act

    return [enter(text) for text in texts]


def toggles(one: str, other: str, rounds: int) -> list[Action]:
    """Clicks on two buttons in turn."""

    def click(name: str) -> Action:
        return lambda page: page.get_by_role("radio", name=name, exact=True).click()

    return [click(one if turn % 2 == 0 else other) for turn in range(rounds)]


if __name__ == "__main__":
    main()
