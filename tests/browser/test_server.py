"""What one visitor cannot stop for all, in a real browser: a second one has his answer, too."""

import shutil
from urllib.parse import urlencode

import pytest
from transformers import BertForMaskedLM

from tests.browser import test_compare as compare
from tests.browser.page import BOX, GRAPH, idle, opened, server, until
from tests.fixtures import save_tiny, tiny_config
from tests.forking import Module

pytestmark = pytest.mark.browser

LONG = "the farmers that the assistant loves and the assistants love " * 7 + "[MASK] old ."
"""More than 70 words."""


@pytest.fixture(scope="module")
def running():
    """A server of its own: what these tests leave behind must not slow down others."""
    with server(begin=Module) as address:
        yield address


@pytest.fixture(scope="module")
def tiny(running, tiny_masked_lm_dir):
    """The link of a second visitor, with the tiny model."""
    return f"{running}/?{urlencode({'model': tiny_masked_lm_dir})}"


def visit(chromium, link: str) -> None:
    """A visitor who comes, has his graph soon, and goes."""
    with opened(chromium) as page:
        page.goto(link)
        page.wait_for_selector(GRAPH)


@pytest.fixture(scope="module")
def warm(chromium, tiny):
    """The server has imported and loaded what a visitor needs."""
    with opened(chromium) as page:
        page.goto(tiny)
        page.wait_for_selector(GRAPH)


def test_a_link_opens_a_new_server_with_its_navigation(running, tab, tiny_masked_lm_dir):
    """The first test here: nobody has been at the server yet."""
    query = urlencode({"model": tiny_masked_lm_dir, "text2": compare.LONGER})
    tab.goto(f"{running}/compare?{query}")
    seen = set()
    while not tab.locator(GRAPH).count():
        seen.update(tab.locator("body").inner_text().splitlines())
        tab.wait_for_timeout(20)
    assert any("is starting" in line for line in seen)
    assert not seen & {"app", "explore", "compare", "evaluate", "method"}
    compare.ready(tab)
    assert not tab.get_by_text("is starting").count()
    assert tab.get_by_role("link", name="Explore").count() == 1
    assert not tab.get_by_role("link", name="app").count()
    assert compare.sentence(tab, "Second").input_value() == compare.LONGER


@pytest.mark.usefixtures("warm")
def test_links_whose_model_has_a_space_stop_nobody(chromium, running, tiny):
    """They pushed each other out of memory, and a page that computed waited for itself."""
    with opened(chromium) as one, opened(chromium) as two:
        one.goto(f"{running}/method?model=agreement%20")
        two.goto(f"{running}/?model=%20agreement")
        visit(chromium, tiny)
        for page in (one, two):
            page.wait_for_selector(GRAPH)
        idle(two)
        assert "model=" not in two.url
        for page in (one, two):
            assert not page.locator("[data-testid=stAlert]").count()


@pytest.mark.usefixtures("warm")
def test_a_link_that_would_take_minutes_is_refused(chromium, running, tiny, tab):
    tab.goto(f"{running}/?{urlencode({'text': LONG, 'points': 1000, 'rule': 'riemann'})}")
    visit(chromium, tiny)
    alert = tab.locator("[data-testid=stAlert]")
    alert.wait_for()
    said = alert.inner_text()
    assert "This would take about" in said
    assert "points instead of 1,000" in said


@pytest.mark.usefixtures("warm")
def test_a_short_question_is_answered_while_a_long_one_goes_on(chromium, running, tiny):
    with opened(chromium) as first, opened(chromium) as second:
        first.goto(f"{running}/?{urlencode({'text': LONG, 'points': 150, 'rule': 'riemann'})}")
        first.get_by_text("Following every word").wait_for()
        second.goto(f"{tiny}&{urlencode({'text': 'the old farmer [MASK] good .'})}")
        second.wait_for_selector(GRAPH)
        assert not first.locator(GRAPH).count()


@pytest.mark.usefixtures("warm")
def test_another_question_takes_the_place_of_the_long_one(running, tab):
    tab.goto(f"{running}/?{urlencode({'text': LONG, 'points': 150, 'rule': 'riemann'})}")
    tab.get_by_text("Following every word").wait_for()
    tab.locator(BOX).fill("the farmers [MASK] old .")
    tab.locator(BOX).press("Enter")
    until(tab, "location.search.includes('points=150')")
    tab.wait_for_selector(GRAPH)
    idle(tab)
    assert tab.locator(BOX).input_value() == "the farmers [MASK] old ."


@pytest.mark.usefixtures("warm")
def test_a_folder_that_is_saved_again_gives_its_new_numbers(
    chromium, running, tab, tiny_masked_lm_dir, tmp_path
):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "mine")
    link = f"{running}/?{urlencode({'model': folder})}"

    def alt(page) -> str:
        page.wait_for_selector(GRAPH)
        idle(page)
        return page.locator("[data-testid=stPlotlyChart]").first.get_attribute("aria-label")

    tab.goto(link)
    before = alt(tab)
    save_tiny(folder, BertForMaskedLM, tiny_config(), seed=7)
    with opened(chromium) as second:
        second.goto(link)
        after = alt(second)
    assert after != before
    tab.locator(BOX).fill("the farmers that the assistant loves [MASK] old . ")
    tab.locator(BOX).press("Enter")
    tab.get_by_text("files of the model have changed").wait_for()
    assert alt(tab) == after
