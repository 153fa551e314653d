"""Two texts word by word in a real browser: asked for, a pair clicked, its ways, and a phone."""

from urllib.parse import urlencode

import pytest

from tests.browser.page import FITS, PLOTS, SPOTS, idle, opened, ready, until
from tests.browser.test_accessibility import TALL, findings

pytestmark = pytest.mark.browser

LINK = {
    "model": "similarity",
    "text": "A man is playing a guitar.",
    "pair": "Someone makes music.",
    "merge": "yes",
}
COUNT = "n => document.querySelectorAll('[data-testid=stPlotlyChart] .scatterlayer').length === n"

WIDER = """place => {
  const element = document.querySelector(place);
  return element.scrollWidth > element.clientWidth;
}"""
"""Whether what is in a place is wider than it, and can be scrolled."""


def clicked(page, pair) -> None:
    """Click a pair in the figure of the section, which is the second one."""
    page.locator(PLOTS).nth(1).scroll_into_view_if_needed()
    idle(page)
    spots = page.evaluate(SPOTS, 1)
    (spot,) = [spot for spot in spots if tuple(spot["data"][3:5]) == pair]
    page.mouse.click(spot["x"], spot["y"])


def test_a_pair_is_clicked_in_the_matrix_and_its_ways_are_drawn(chromium, address):
    with opened(chromium) as page:
        page.goto(f"{address}/?{urlencode(LINK)}")
        ready(page)
        page.get_by_role("button", name="Compare word by word").click()
        until(page, COUNT, 2)
        idle(page)
        assert "by_word=matrix" in page.url
        clicked(page, (6, 3))
        until(page, COUNT, 4)
        idle(page)
        assert "between=6-3" in page.url
        alts = [page.locator(PLOTS).nth(n).get_attribute("aria-label") for n in (2, 3)]
        assert "guitar" in alts[0]
        assert "music" in alts[1]
        # The same pair again selects nothing; another view keeps what is asked.
        clicked(page, (6, 3))
        until(page, COUNT, 2)
        assert "between" not in page.url
        page.get_by_role("radio", name="Links").click()
        idle(page)
        assert "by_word=links" in page.url
        page.reload()
        ready(page)
        until(page, COUNT, 2)


@pytest.mark.parametrize("kind", ["matrix", "links"])
def test_a_phone_has_nothing_to_scroll_sideways(chromium, address, kind):
    with opened(chromium, 390, 844) as page:
        page.goto(f"{address}/?{urlencode({**LINK, 'by_word': kind, 'between': '6-3'})}")
        ready(page)
        until(page, COUNT, 4)
        idle(page)
        assert page.evaluate(FITS, [PLOTS, 390])


@pytest.mark.parametrize(("kind", "scheme"), [("matrix", "light"), ("links", "dark")])
def test_axe_finds_nothing_serious(chromium, address, kind, scheme):
    with opened(chromium, height=TALL, color_scheme=scheme) as page:
        page.goto(f"{address}/?{urlencode({**LINK, 'by_word': kind, 'between': '6-3'})}")
        ready(page)
        until(page, COUNT, 4)
        idle(page)
        assert findings(page, ".st-key-pairs") == []


def test_a_matrix_that_is_wider_than_a_phone_is_scrolled_by_itself(chromium, address):
    longer = " ".join(f"the train number {n} was late again ," for n in range(4))
    link = {**LINK, "text": longer, "pair": longer, "by_word": "matrix"}
    with opened(chromium, 390, 844) as page:
        page.goto(f"{address}/?{urlencode(link)}")
        ready(page)
        until(page, COUNT, 2)
        idle(page)
        figure = ".st-key-pairs_figure"
        assert page.evaluate(WIDER, figure)
        main = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert main <= 390
        assert findings(page, ".st-key-pairs") == []
