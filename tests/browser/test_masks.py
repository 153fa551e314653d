"""Words of unlike sizes and several masks in a real browser: two pictures, clicks, any screen."""

from urllib.parse import urlencode

import pytest

from tests.browser.page import FITS, PLOTS, SPOTS, idle, until

pytestmark = pytest.mark.browser

TEXT = "the farmers that the assistant loves [MASK] old ."
PLACES = """plots => [...document.querySelectorAll(plots)].map(plot => {
  const { x, y, width, height } = plot.getBoundingClientRect();
  return { x, y, width, height };
})"""
DRAWN = "n => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length >= n"
CHOSEN = """() => [...document.querySelectorAll('.st-key-chips [aria-pressed=true]')].length"""


@pytest.fixture
def link(address, tiny_masked_lm_dir):
    """A function that makes the page's address with the tiny model and further choices."""

    def made(**choices: str) -> str:
        return f"{address}/?{urlencode({'model': str(tiny_masked_lm_dir), **choices})}"

    return made


def drawn(page, graphs: int) -> list[dict]:
    """Wait until so many graphs are drawn; where they are."""
    until(page, "n => document.querySelectorAll('.js-plotly-plot').length === n", graphs)
    until(page, DRAWN, graphs)
    idle(page)
    return page.evaluate(PLACES, PLOTS)


def test_two_words_have_two_pictures_side_by_side_and_stacked_on_a_phone(tab, link):
    tab.goto(link(text=TEXT, correct="unhappiest", wrong="is"))
    one, two = drawn(tab, 2)
    assert one["y"] == two["y"]
    assert one["x"] + one["width"] <= two["x"]
    scales = tab.evaluate("""() => [...document.querySelectorAll('.js-plotly-plot')].map(
        plot => plot.textContent.match(/width: [^)]*\\)/)[0])""")
    assert scales[0] == scales[1]
    answer = tab.locator(".ipe-answer").first.inner_text()
    assert "each in a sentence of its own" in answer
    spots = [spot for spot in tab.evaluate(SPOTS, 1) if spot["data"][0] == "token"]
    spot = next(spot for spot in spots if spot["data"][1] == 2)
    tab.mouse.click(spot["x"], spot["y"])
    until(tab, "location.search.includes('word=2')")
    drawn(tab, 2)
    alts = [chart.get_attribute("aria-label") for chart in tab.locator(PLOTS).all()]
    assert ["“farmers”" in alt for alt in alts] == [True, True]
    tab.set_viewport_size({"width": 390, "height": 900})
    until(tab, FITS, [PLOTS, 390])
    one, two = drawn(tab, 2)
    assert one["y"] + one["height"] <= two["y"]
    assert max(one["width"], two["width"]) <= 390


def test_a_click_masks_one_word_more_and_another_puts_it_back(tab, link):
    tab.goto(link(text=TEXT))
    drawn(tab, 1)
    tab.locator(".st-key-sentence_tools").get_by_text("also mask").click()
    idle(tab)
    chips = tab.locator(".st-key-chips button")
    chips.filter(has_text="farmers").click()
    until(tab, "location.search.includes('the+%5BMASK%5D+that')")
    drawn(tab, 1)
    assert tab.evaluate(CHOSEN) == 2
    line = tab.locator(".st-key-question_line").inner_text()
    assert "farmers … are" in line
    assert "both masks" in line
    tables = tab.locator(".ipe-masks th[scope=rowgroup]").all_inner_texts()
    assert tables == ["mask 1", "mask 2"]
    chips.filter(has_text="[MASK]").nth(1).click()
    until(tab, "location.search.includes('loves+are+old')")
    drawn(tab, 1)
    assert tab.evaluate("document.querySelectorAll('.ipe-masks').length") == 0


SEEN = """() => {
  const text = document.querySelector('.ipe-text'), mask = text?.querySelector('.ipe-mask');
  if (!mask) return false;
  const box = text.getBoundingClientRect(), at = mask.getBoundingClientRect();
  const longer = text.scrollHeight > 1.5 * text.clientHeight;
  return longer && at.top >= box.top && at.bottom <= box.bottom;
}"""
"""Whether the mask of a text that is longer than its box is in sight."""


def test_a_mask_far_down_a_long_text_is_in_sight_and_the_text_can_be_scrolled(tab, link):
    tab.set_viewport_size({"width": 390, "height": 844})
    many = "the farmers that the assistant loves and the assistants love " * 8
    tab.goto(link(text=f"{many}the farmer [MASK] old .", points="3", merge="no"))
    until(tab, SEEN)
    idle(tab)
    tab.evaluate("document.querySelector('.ipe-text').scrollTop = 0")
    tab.evaluate("() => document.querySelector('[data-testid=stMain]').append('')")
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.querySelector('.ipe-text').scrollTop") == 0
