"""Two texts word by word in a real browser: asked for, a pair clicked, its ways, and a phone."""

from urllib.parse import urlencode

import pytest

from tests.browser.page import PLOTS, SPOTS, fits, idle, opened, ready, until
from tests.browser.test_accessibility import TALL, findings
from tests.models.test_sentence_encoders import headless, with_modules

pytestmark = pytest.mark.browser

TEXT = {"text": "the farmer loves the assistant .", "pair": "old farmers"}
MANY = "the old farmer loves a good assistant , " * 4
"""32 words, whose cells are wider than a phone together."""
COUNT = "n => document.querySelectorAll('[data-testid=stPlotlyChart] .scatterlayer').length === n"

WIDER = """place => {
  const element = document.querySelector(place);
  return element.scrollWidth > element.clientWidth;
}"""
"""Whether what is in a place is wider than it, and can be scrolled."""


@pytest.fixture(scope="module")
def link(address, tmp_path_factory):
    """A function that makes the page's address with a tiny sentence encoder and choices."""
    encoder = with_modules(headless(tmp_path_factory.mktemp("models") / "encoder"))

    def made(**choices: str) -> str:
        return f"{address}/?{urlencode({'model': str(encoder), 'merge': 'yes', **choices})}"

    return made


def clicked(page, pair) -> None:
    """Click a pair in the figure of the section, which is the second one."""
    page.locator(PLOTS).nth(1).scroll_into_view_if_needed()
    idle(page)
    spots = page.evaluate(SPOTS, 1)
    (spot,) = [spot for spot in spots if tuple(spot["data"][3:5]) == pair]
    page.mouse.click(spot["x"], spot["y"])


def test_a_pair_is_clicked_in_the_matrix_and_its_ways_are_drawn(chromium, link):
    with opened(chromium) as page:
        page.goto(link(**TEXT))
        ready(page)
        page.get_by_role("button", name="Compare word by word").click()
        until(page, COUNT, 2)
        idle(page)
        assert "by_word=matrix" in page.url
        clicked(page, (5, 2))
        until(page, COUNT, 4)
        idle(page)
        assert "between=5-2" in page.url
        alts = [page.locator(PLOTS).nth(n).get_attribute("aria-label") for n in (2, 3)]
        assert "assistant" in alts[0]
        assert "farmers" in alts[1]
        # The same pair again selects nothing; another view keeps what is asked.
        clicked(page, (5, 2))
        until(page, COUNT, 2)
        assert "between" not in page.url
        page.get_by_role("radio", name="Links").click()
        idle(page)
        assert "by_word=links" in page.url
        page.reload()
        ready(page)
        until(page, COUNT, 2)


@pytest.fixture(scope="module", params=[("matrix", "light"), ("links", "dark")], ids=lambda p: p[0])
def shown(request, chromium, link):
    """A page with one of the views and the ways of a pair; each test begins on a wide screen."""
    kind, scheme = request.param
    with opened(chromium, height=TALL, color_scheme=scheme) as page:
        page.goto(link(**TEXT, by_word=kind, between="5-2"))
        ready(page)
        until(page, COUNT, 4)
        idle(page)
        yield page


def test_axe_finds_nothing_serious(shown):
    assert findings(shown, ".st-key-pairs") == []


def test_a_phone_has_nothing_to_scroll_sideways(shown):
    shown.set_viewport_size({"width": 390, "height": 844})
    idle(shown)
    fits(shown, 390)
    until(shown, COUNT, 4)
    shown.set_viewport_size({"width": 1280, "height": TALL})


def test_a_matrix_that_is_wider_than_a_phone_is_scrolled_by_itself(chromium, link):
    with opened(chromium, 390, 844) as page:
        page.goto(link(text=MANY, pair=MANY, by_word="matrix"))
        ready(page)
        until(page, COUNT, 2)
        idle(page)
        figure = ".st-key-pairs_figure"
        assert page.evaluate(WIDER, figure)
        main = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert main <= 390
        assert findings(page, ".st-key-pairs") == []
