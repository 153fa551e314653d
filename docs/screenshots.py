"""Takes the pictures of the pages: `python -m docs.screenshots` writes all of docs/pictures anew.

Every page at the size of a projector, of a large screen, in dark and on a phone, from a server that
the command starts and ends. With names, only the pictures whose names begin so:
`python -m docs.screenshots explore method-phone`. Tags, answers and pairs are shown of small models
that are not kept: `python -m docs.screenshots tags answers pairs --models FOLDER`, where
`training/shown.py` has written one folder for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from PIL import Image

from explainer.base.files import write_whole
from tests.browser import page as browser
from tests.wings import ROOT

FOLDER = ROOT / "docs" / "pictures"
SENTENCE = "the keys to the cabinet [MASK] on the table ."


@dataclass(frozen=True)
class Screen:
    """What a page is looked at on: px, the colour scheme that the browser asks for, and whether it
    is touched, as a phone is."""

    name: str
    width: int
    height: int
    scheme: str = "light"
    touch: bool = False


SCREENS = (
    Screen("light", 1280, 720),
    Screen("dark", 1280, 720, "dark"),
    Screen("wide", 1920, 1080),
    Screen("phone", 390, 844, touch=True),
)
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "explore": ("", {"text": SENTENCE, "correct": "are", "wrong": "is"}),
    "compare": ("compare", {}),
    "corpus": ("corpus", {}),
    "evaluate": (
        "evaluate",
        {"text": SENTENCE, "correct": "are", "wrong": "is", "replacement": "mean"},
    ),
    "task": ("evaluate", {"about": "task", "replacement": "baseline", "measure": "Q"}),
    "protocols": ("evaluate", {"about": "protocols", "protocol": "paths"}),
    "method": ("method", {"text": SENTENCE, "correct": "are", "wrong": "is"}),
}
"""The pages by their names in the pictures' names: where they are, and their links' choices."""


QUESTIONS: dict[str, dict[str, str]] = {
    "pieces": {
        "text": "the musician played a song on the [MASK] .",
        "correct": "bassoon",
        "wrong": "cupcake",
    },
    "tags": {"text": "florence lives in jordan .", "tagged": "florence"},
    "answers": {
        "text": "where did paul meet helen ?",
        "pair": "paul met helen in vienna on friday .",
    },
    "pairs": {
        "text": "a man is playing a guitar in the park .",
        "pair": "someone is making music .",
    },
    "similarity": {
        "model": "similarity",
        "text": "The train was late again because of heavy snow.",
        "pair": "Snow made the trains run late.",
        "merge": "yes",
        "by_word": "matrix",
    },
}
"""What else can be asked on the explore page, on the first screen alone."""
LOOKED_AT = {"similarity-light": ".st-key-pairs"}
"""What of a page a picture begins with, where that is not its beginning."""
SHOWN = ("tags", "answers", "pairs")
"""Those of them that are asked of a model by the same name, in a folder that is given."""

TO_THE_TOP = """place => {
  const element = document.querySelector(place);
  element.style.scrollMarginTop = '5rem';
  element.scrollIntoView();
}"""


def pictures(
    names: tuple[str, ...], models: Path | None = None
) -> Iterator[tuple[str, str, Screen]]:
    """Name, address and screen of the pictures that are asked for; all where no name is given.

    Those of models that are not kept are among them where their folder of `models` is given.
    """
    for page, (place, choices) in PAGES.items():
        for screen in SCREENS:
            name = f"{page}-{screen.name}"
            if not names or name.startswith(names):
                yield name, f"{place}?{urlencode(choices)}" if choices else place, screen
    for asked, choices in QUESTIONS.items():
        name = f"{asked}-{SCREENS[0].name}"
        if asked in SHOWN and models is None:
            continue
        own = {"model": str(models / asked)} if asked in SHOWN and models else {}
        if not names or name.startswith(names):
            yield name, f"?{urlencode(own | choices)}", SCREENS[0]


def taken(chromium: Any, address: str, screen: Screen, begins: str | None = None) -> bytes:
    """The settled page, as WebP without loss: half of a PNG, and a palette loses the faint.

    It `begins` at this place of the page, below the header.
    """
    size = screen.width, screen.height
    with browser.opened(chromium, *size, color_scheme=screen.scheme, touch=screen.touch) as page:
        page.goto(address)
        browser.ready(page)
        browser.fits(page, screen.width)  # until it is measured, a page is laid out for a desk's
        browser.idle(page)
        page.mouse.move(0, 0)
        if begins is not None:
            page.evaluate(TO_THE_TOP, begins)
            browser.idle(page)
        whole = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    small = BytesIO()
    whole.save(small, "WEBP", lossless=True, quality=100, method=6)
    return small.getvalue()


def main(names: tuple[str, ...], models: Path | None) -> None:
    """Write the pictures that are asked for, and say how large they are."""
    asked = list(pictures(names, models))
    program = browser.found_browser()
    if not asked:
        known = ", ".join((*PAGES, *QUESTIONS))
        raise SystemExit(
            f"No picture is called {' or '.join(names)}: name one of {known}, and for "
            f"{', '.join(SHOWN)} give --models."
        )
    if program is None:
        raise SystemExit("There is no Chromium: install one, or name it in CHROMIUM.")
    # What only the command needs: the names of the pictures are read without.
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with browser.server() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(browser.QUIET))
        for name, place, screen in asked:
            data = taken(chromium, f"{address}/{place}", screen, LOOKED_AT.get(name))
            write_whole(FOLDER / f"{name}.webp", data)
            print(f"{name}.webp: {screen.width} × {screen.height}, {len(data) / 1000:.0f} kB")
        chromium.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="how names of pictures begin")
    parser.add_argument("--models", type=Path, metavar="FOLDER", help="folder of training.shown's")
    options = parser.parse_args()
    main(tuple(options.names), options.models)
