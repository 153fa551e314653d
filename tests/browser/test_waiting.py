"""Long texts in a real browser: an estimate, a bar and a way out, and the strongest words first."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.browser.page import BAR, BOX, GRAPH, idle, opened, ready, server, until

pytestmark = pytest.mark.browser

LONG = "the farmers that the assistant loves and the assistants love " * 5 + "[MASK] old ."
SHORT = "the farmers [MASK] old ."
BAR_FITS = """([bar, width]) => document.querySelector(bar)?.getBoundingClientRect().right <= width
  && document.documentElement.scrollWidth <= width"""


@pytest.fixture
def endless(address):
    """The link to what takes minutes on every machine."""
    asked = {"text": LONG, "points": 1000, "rule": "riemann", "all_words": "yes"}
    return f"{address}/?{urlencode(asked)}"


def cancel(page):
    return page.get_by_role("button", name="Cancel")


def test_what_takes_long_says_so_lets_others_compute_and_is_cancelled(
    chromium, address, endless, tiny_masked_lm_dir
):
    with opened(chromium) as page, opened(chromium) as other:
        page.goto(endless)
        # On a new server the bar says first that the model is being loaded.
        page.locator(BAR).get_by_text("minutes").wait_for()
        until(
            page,
            "bar => document.querySelector(bar)?.innerText.includes('left, of 55 tokens')",
            BAR,
        )
        asked = {"model": tiny_masked_lm_dir, "points": 3}  # not answered before
        other.goto(f"{address}/?{urlencode(asked)}")
        other.wait_for_selector(GRAPH)
        assert page.locator(BAR).count()
        cancel(page).click()
        page.get_by_text("Cancelled: it takes about").wait_for()
        idle(page)
        assert not page.locator(BAR).count()
        assert page.locator(BOX).input_value() == LONG
        assert "points=1000" in page.url


def test_the_bar_and_the_way_out_fit(endless, tab):
    tab.goto(endless)
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 1000})
        tab.locator(BAR).wait_for()
        until(tab, BAR_FITS, [BAR, width])
        cancel(tab).wait_for()


def test_it_starts_again_when_asked_and_another_question_is_answered(endless, tab):
    tab.goto(endless)
    cancel(tab).click()
    tab.get_by_role("button", name="Start again").click()
    tab.locator(BAR).wait_for()
    tab.get_by_text("Cancelled").wait_for(state="detached")
    cancel(tab).click()
    tab.get_by_text("Cancelled: it takes about").wait_for()
    tab.locator(BOX).fill(SHORT)
    tab.locator(BOX).press("Enter")
    until(tab, "!document.body.innerText.includes('Cancelled')")
    assert tab.locator(BOX).input_value() == SHORT


def test_the_strongest_words_first_and_the_others_by_a_click(chromium, address):
    with opened(chromium) as page:
        page.goto(f"{address}/?{urlencode({'text': LONG, 'points': 4})}")
        ready(page)
        note = page.locator(".st-key-strongest")
        assert "The strongest 24 of 54 words were followed" in note.inner_text()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 1000})
            idle(page)
            box = note.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        page.get_by_role("button", name="Follow the other 30").click()
        until(page, "location.search.includes('all_words=yes')")
        page.get_by_text("All 54 words were followed.").wait_for()
        idle(page)
        page.get_by_role("button", name="Only the strongest 24").click()
        until(page, "!location.search.includes('all_words')")
        page.get_by_text("The strongest 24 of 54 words").wait_for()


@pytest.fixture(scope="module")
def part():
    """The address of a page of which a part computes without end."""
    with server(Path(__file__).with_name("endless.py")) as running:
        yield running


@pytest.fixture(scope="module")
def counted(chromium, part):
    """A page that says how much is under way on the server of that page."""
    with opened(chromium) as page:
        page.goto(f"{part}/?count=")
        page.get_by_text("under way").wait_for()
        yield page


def computing(page, address: str) -> None:
    """Let the page's part compute."""
    page.goto(address)
    idle(page)  # it begins anew for its width, with boxes as they were before
    page.get_by_text("Compute").click()
    page.locator(BAR).get_by_text("Computing for").wait_for()


def test_a_part_of_a_page_is_cancelled_and_begins_again(chromium, part, counted):
    with opened(chromium, 390) as page:
        page.goto(part)
        page.get_by_text("the end").wait_for()
        cancel(page).wait_for(state="hidden")
        computing(page, part)
        counted.get_by_text("1 under way").wait_for()
        cancel(page).click()
        page.get_by_text("Cancelled. Start it again").wait_for()
        cancel(page).wait_for(state="hidden")
        counted.get_by_text("0 under way").wait_for()
        page.get_by_role("button", name="Start again").click()
        page.locator(BAR).get_by_text("Computing for").wait_for()
        page.get_by_text("Cancelled.").wait_for(state="hidden")
        counted.get_by_text("1 under way").wait_for()


@pytest.mark.parametrize("leave", ["reload", "close"])
def test_a_tab_that_is_left_ends_what_it_computes(chromium, part, counted, leave):
    with opened(chromium) as page:
        computing(page, part)
        counted.get_by_text("1 under way").wait_for()
        getattr(page, leave)()
        counted.get_by_text("0 under way").wait_for()
