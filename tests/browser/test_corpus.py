"""Many sentences in a real browser: a step leads to its sentences, and one's own are explained."""

from urllib.parse import urlencode

import pytest

from tests.browser import page as browser
from tests.browser.page import GRAPH, SPOTS, until

pytestmark = pytest.mark.browser

TEXTS = "the farmers [MASK] old .\nthe assistant [MASK] old .\nno mask\nthe old [MASK] old ."


def test_a_click_on_a_ribbon_leads_to_its_sentences_and_one_of_them_to_explore(tab, address):
    tab.goto(f"{address}/corpus")
    tab.locator(GRAPH).first.wait_for()
    browser.ready(tab)
    tab.get_by_text("The strongest step that a head carries").wait_for()
    spot = next(s for s in tab.evaluate(SPOTS) if s["data"][0] == "edge" and s["data"][2] == 5)
    tab.mouse.click(spot["x"], spot["y"])
    _, _, layer, source, target, _ = spot["data"]
    until(tab, f"decodeURIComponent(location.search).includes('at={layer},{source},{target},any')")
    browser.ready(tab)
    tab.get_by_text("of 120 sentences").first.wait_for()
    tab.get_by_role("link", name="Open in Explore").click()
    tab.locator("h1", has_text="Influence patterns").wait_for()
    browser.ready(tab)
    asked = tab.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert "[MASK]" in asked["text"]
    assert asked["at"].startswith(f"{layer},")


def test_ones_own_sentences_are_explained_while_one_waits(tab, address, tiny_masked_lm_dir):
    model = {"model": str(tiny_masked_lm_dir), "points": "3", "rule": "trapezoid"}
    tab.goto(f"{address}/corpus?{urlencode({**model, 'of': 'own sentences'})}")
    box = tab.get_by_role("textbox", name="Your own sentences")
    box.wait_for()
    browser.idle(tab)  # the page begins anew for its width
    box.fill(TEXTS)
    box.press("Control+Enter")
    browser.idle(tab)
    tab.locator(".st-key-start button").click()
    tab.get_by_text("3 sentences of own sentences, explained just now").wait_for()
    browser.ready(tab)
    tab.get_by_text("1 sentence of 4 could not be explained").wait_for()
    tab.get_by_role("link", name="Method").click()
    tab.locator("h1", has_text="Method").wait_for()
    browser.ready(tab)
    tab.get_by_role("link", name="Corpus").click()
    tab.get_by_text("3 sentences of own sentences, explained just now").wait_for()
    browser.ready(tab)
    assert box.input_value() == TEXTS
    tab.set_viewport_size({"width": 390, "height": 844})
    browser.ready(tab)
    tab.wait_for_timeout(600)
    browser.fits(tab, 390)
