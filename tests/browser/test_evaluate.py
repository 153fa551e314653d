"""Evaluating in a real browser: toggles and the link, measuring and stopping, on any screen."""

import re
from urllib.parse import urlencode

import pytest

from explainer.app.widgets.frame.viewport import STEP
from tests.browser import page as browser
from tests.browser.page import PLOTS, idle, until
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

VERDICT = ".ipe-verdict"


@pytest.fixture
def link(address, tiny_masked_lm_dir):
    """A function that makes the page's address with the tiny model and further choices."""

    def made(**choices: str) -> str:
        return f"{address}/evaluate?{urlencode({'model': str(tiny_masked_lm_dir), **choices})}"

    return made


def verdict(page) -> str:
    page.locator(VERDICT).wait_for()
    browser.ready(page)
    said = page.locator(VERDICT).inner_text()
    assert page.locator(PLOTS).get_attribute("aria-label") == said
    return said


def fits_a_phone(page) -> None:
    """On a phone, in the dark, there is nothing to scroll sideways."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    browser.ready(page)
    page.wait_for_timeout(600)
    browser.fits(page, 390)


def measure(page) -> None:
    page.locator(".st-key-start button").click()


def test_the_main_job(tab, chromium, link):
    tab.goto(link(points="5"))
    kept = verdict(tab)
    assert kept.startswith("With only the nodes of the patterns kept, Q is")
    tab.get_by_role("radio", name="Remove").click()
    until(tab, "location.search.includes('mode=remove')")
    removed = verdict(tab)
    assert removed.startswith("Without the nodes of the patterns, Q is")
    box = tab.locator(browser.BOX)
    box.fill("the old farmer [MASK] bad .")
    box.press("Enter")
    until(tab, "location.search.includes('old+farmer')")
    other = verdict(tab)
    assert other != removed
    with browser.opened(chromium, width=1920) as second:
        second.goto(tab.url)
        assert verdict(second) == other
        # Drawn for the column that it stands in, not for the screen.
        drawn, wide = second.locator(PLOTS).evaluate(
            "plot => { const { _fullLayout: of } = plot.querySelector('.js-plotly-plot');"
            "return [of.xaxis.range[1], of.width]; }"
        )
        assert 0 <= wide - drawn < STEP
        assert second.url == tab.url
        fits_a_phone(second)


def test_the_explored_sentence_comes_along_and_explore_keeps_its_own(
    tab, address, tiny_masked_lm_dir
):
    text = "the old farmer [MASK] bad ."
    tab.goto(f"{address}/?{urlencode({'model': tiny_masked_lm_dir, 'text': text})}")
    browser.ready(tab)
    tab.get_by_role("link", name="Evaluate").click()
    verdict(tab)
    assert tab.locator(browser.BOX).input_value() == text
    tab.locator(browser.BOX).fill("the farmers [MASK] old .")
    tab.locator(browser.BOX).press("Enter")
    until(tab, "location.search.includes('farmers')")
    verdict(tab)
    tab.get_by_role("link", name="Explore").click()
    tab.locator("h1", has_text="Influence patterns").wait_for()
    browser.ready(tab)
    assert tab.locator(browser.BOX).input_value() == text


def test_a_task_is_measured(tab, link):
    tab.goto(link(about="task", task="sva-obj", n="10", points="2", rule="trapezoid"))
    measure(tab)
    said = "Measured just now on 10 sentences of sva-obj, 2 trapezoid points, joint search"
    tab.get_by_text(said).wait_for()
    browser.ready(tab)
    assert tab.locator(PLOTS).count() == 3
    assert not tab.locator(".st-key-stop").count()
    assert findings(tab) == []
    fits_a_phone(tab)


def test_measuring_can_be_stopped_and_gone_on_with(tab, link):
    tab.goto(link(about="task", task="sva-obj", n="200", points="40", rule="trapezoid"))
    measure(tab)
    # By estimate it is said how long it takes before the first sentence is done.
    tab.get_by_text(re.compile(r"^[1-9]\d* of 200 sentences, about")).wait_for()
    tab.locator(".st-key-stop button").click()
    go_on = tab.get_by_role("button", name="Go on (")
    go_on.wait_for()
    browser.ready(tab)
    assert tab.get_by_text("Measured just now on").count() == 1
    go_on.click()
    tab.get_by_text("of 200 sentences, about").wait_for()
    tab.get_by_role("radio", name="This sentence").click()  # anything else is done in between
    assert verdict(tab)
    tab.get_by_role("radio", name="A task").click()
    tab.locator(".st-key-stop button").click()
    go_on.wait_for()
    idle(tab)
