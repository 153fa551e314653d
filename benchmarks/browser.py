"""How long a person waits: from Enter to the drawn graph, and from a toggle to its effect.

Run `python -m benchmarks.browser`: it starts the app, drives a real Chromium and prints medians.
A graph counts as drawn when the page's figure has new data and the browser has painted twice.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.browser.page import BOX, QUIET, found_browser, menu, server

WORDS = ("farmers", "pilots", "guards", "doctors", "authors", "dancers")
OTHERS = ("assistant", "teacher", "lawyer", "singer")
VERBS = ("loves", "knows", "likes")
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time the app as a person sees it.")
    parser.add_argument("--model", default="agreement", help="built-in name or folder")
    parser.add_argument("--rounds", type=int, default=10, help="of each action (10)")
    options = parser.parse_args()
    with server() as address, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found_browser(), args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/?{urlencode({'model': options.model})}")
        page.wait_for_selector(".js-plotly-plot .scatterlayer .trace")
        page.wait_for_timeout(2000)
        report(page, "Enter to drawn graph, new sentence", sentences(options.rounds))
        menu(page, "view")
        report(page, "toggle of level", toggles("Nodes", "Heads and skips", options.rounds))
        report(page, "toggle of overlay", toggles("Both", "None", options.rounds))
        browser.close()


def report(page: Page, name: str, actions: list[Callable[[Page], Any]]) -> None:
    """Measure actions, and print their median and spread."""
    seconds = [measure(page, action) for action in actions]
    spread = f"{min(seconds):.2f}–{max(seconds):.2f}"
    print(f"{name:36s} median {statistics.median(seconds):.2f} s  ({spread})", flush=True)


def sentences(rounds: int) -> list[Callable[[Page], Any]]:
    """Sentences of 12 tokens with [CLS] and [SEP], none of them seen before."""
    texts = [
        f"the {subject} that the {other} {verb} [MASK] very old ."
        for subject in WORDS
        for other in OTHERS
        for verb in VERBS
    ][:rounds]

    def enter(text: str) -> Callable[[Page], Any]:
        def act(page: Page) -> None:
            page.fill(BOX, text)
            page.press(BOX, "Enter")

        return act

    return [enter(text) for text in texts]


def toggles(one: str, other: str, rounds: int) -> list[Callable[[Page], Any]]:
    """Clicks on two buttons in turn."""

    def click(name: str) -> Callable[[Page], Any]:
        return lambda page: page.get_by_role("radio", name=name, exact=True).click()

    return [click(one if turn % 2 == 0 else other) for turn in range(rounds)]


def measure(page: Page, action: Callable[[Page], Any]) -> float:
    """Seconds from an action to its effect; the page is left alone for a moment first."""
    page.wait_for_timeout(1200)
    page.evaluate(REMEMBER)
    start = time.perf_counter()
    action(page)
    page.evaluate(DRAWN)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
