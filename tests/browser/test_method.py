"""The method page in a real browser: stepping, its link, the way to Explore, any screen."""

import pytest

from explainer.app.widgets.question.examples import examples
from tests.browser import page as browser
from tests.browser.page import PLOTS, fits, idle, opened, until

pytestmark = pytest.mark.browser

FIGURES = 5
KEYS = next(e.text for e in examples() if "keys" in e.text)


def ready(page) -> None:
    """Wait until every figure is drawn and the server has nothing more to send."""
    until(page, f"n => document.querySelectorAll('{PLOTS} .js-plotly-plot').length === n", FIGURES)
    idle(page)


def alts(page) -> list[str]:
    return [chart.get_attribute("aria-label") for chart in page.locator(PLOTS).all()]


@pytest.fixture(scope="module")
def used(chromium, address):
    """One page that a person goes on with; each test begins where another has left it."""
    with opened(chromium) as page:
        page.goto(f"{address}/method?points=5")
        ready(page)
        yield page


def test_stepping_follows_the_pattern_and_its_link_does_on_any_screen(used, chromium):
    used.locator(".st-key-node_next button").click()
    until(used, "location.search.includes('node=2')")
    used.locator(".st-key-block_row").get_by_text("3", exact=True).click()
    until(used, "location.search.includes('block=3')")
    ready(used)
    with opened(chromium) as second:
        second.goto(used.url)
        ready(second)
        assert alts(second) == alts(used)
        assert second.url == used.url
        for width in (390, 768):
            second.set_viewport_size({"width": width, "height": 844})
            ready(second)
            second.wait_for_timeout(500)
            fits(second, width)


def test_the_example_opens_in_explore(used):
    box = used.locator("[data-testid=stSelectbox]", has_text="Example").locator("input")
    box.click()
    box.fill("keys")
    box.press("Enter")
    until(used, "location.search.includes('keys')")
    ready(used)
    used.get_by_role("link", name="Open in Explore").click()
    used.locator(browser.BOX).wait_for()
    browser.ready(used)
    assert used.locator(browser.BOX).input_value() == KEYS
    used.get_by_role("link", name="Method").click()
    used.get_by_role("heading", name="What is explained").wait_for()
    ready(used)
    assert box.input_value() == KEYS
