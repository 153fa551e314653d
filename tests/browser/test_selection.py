"""Explore in a real browser: selecting by mouse and keyboard, what-ifs, files, hostile text."""

import json
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

import pytest
from transformers import AutoTokenizer, BertForMaskedLM

from tests.browser.page import BOX, GRAPH, SPOTS, idle, menu, opened, ready, until
from tests.fixtures import WORDS, save_tiny, tiny_config

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=alert(1)>"
HOSTILE = f"the {IMAGE} <b>farmers</b> loves [MASK] old ."
WAYS = "at => new URLSearchParams(location.search).get('at') === at"
STANDS_STILL = """() => document.querySelector('[data-testid=stSpinnerIcon]')
  && document.getAnimations().every(moving => moving.effect.getTiming().duration === 0)"""
"""Whether the page computes, and nothing on it moves."""
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const named = ['BUTTON', 'A', 'SUMMARY'].includes(at?.tagName) ? at.textContent : '';
  const label = at?.getAttribute('aria-label') || named;
  const style = at ? getComputedStyle(at) : {};
  const box = at?.getBoundingClientRect();
  return {
    label: label.trim(),
    seen: !!box && box.width > 0 && box.height > 0,
    drawn: [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join(' '),
  };
}"""


@pytest.fixture
def link(address, tiny_masked_lm_dir):
    """A function that makes the page's address with the tiny model and further choices."""

    def made(**choices: str) -> str:
        return f"{address}/?{urlencode({'model': str(tiny_masked_lm_dir), **choices})}"

    return made


@pytest.fixture(scope="module")
def hostile_model(tmp_path_factory):
    """A tiny model with a word of markup in its vocabulary, which therefore comes as one token."""
    folder = tmp_path_factory.mktemp("models") / "tiny-hostile"
    save_tiny(folder, BertForMaskedLM, tiny_config(vocab_size=len(WORDS) + 1))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([IMAGE])
    tokenizer.save_pretrained(folder)
    return str(folder)


def graph_alt(page) -> str:
    return page.locator("[data-testid=stPlotlyChart]").first.get_attribute("aria-label")


def press_until(page, key: str, label: str, most: int = 60) -> dict:
    """Press a key until what has the focus is called `label`; what that is."""
    for _ in range(most):
        page.keyboard.press(key)
        found = page.evaluate(FOCUS)
        if label in found["label"] and not found["label"].startswith("Help for"):
            assert found["seen"], f"{label} has the focus and is not visible"
            return found
    raise AssertionError(f"{key} never comes to {label!r}")


def download(page, do) -> bytes:
    with page.expect_download() as waiting:
        do()
    path = waiting.value.path()
    return path.read_bytes()


@pytest.fixture(scope="module")
def used(chromium, address, tiny_masked_lm_dir):
    """One page that a person goes on with; each test begins where another has left it."""
    with opened(chromium) as page:
        page.goto(f"{address}/?{urlencode({'model': tiny_masked_lm_dir})}")
        ready(page)
        yield page


def test_the_keyboard_alone_leads_from_the_page_to_a_picture(used):
    press_until(used, "Tab", "Sentence")
    used.keyboard.press("Control+a")
    used.keyboard.type("the old farmer [MASK] bad .")
    used.keyboard.press("Enter")
    until(used, "location.search.includes('old+farmer')")
    ready(used)
    press_until(used, "Tab", "Select")
    used.keyboard.press("Enter")
    used.get_by_text("Passing through").wait_for()
    idle(used)
    press_until(used, "Tab", "Passing through")
    used.keyboard.type("block 1")
    used.keyboard.press("Enter")
    until(used, "location.search.includes('at=1')")
    idle(used)
    assert "through block 1" in graph_alt(used)
    used.keyboard.press("Escape")
    used.keyboard.press("Escape")
    press_until(used, "Shift+Tab", "Save")
    used.keyboard.press("Enter")
    used.get_by_text("The same from Python").wait_for()
    idle(used)
    focused = press_until(used, "Tab", "Picture (PNG)")
    assert "solid" in focused["drawn"]
    png = download(used, lambda: used.keyboard.press("Enter"))
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 3 * 1100  # sharp enough for print
    press_until(used, "Tab", "Picture (SVG)")
    svg = download(used, lambda: used.keyboard.press("Enter"))
    assert ET.fromstring(svg.decode()).tag.endswith("svg")
    used.keyboard.press("Escape")
    used.get_by_role("button", name="Show all").click()
    until(used, "!location.search.includes('at=')")
    idle(used)


def test_a_step_is_selected_and_knocked_out_and_the_undo_brings_it_back(used):
    spots = used.evaluate(SPOTS)
    steps = [s for s in spots if s["data"][0] == "edge" and s["data"][2] == 0]
    spot = next(s for s in steps if s["data"][1] is not None)
    used.mouse.move(spot["x"], spot["y"])
    used.wait_for_timeout(200)  # Plotly looks for what is under the pointer now and then
    used.mouse.click(spot["x"], spot["y"])
    at = ",".join(str(part) for part in spot["data"][2:])
    until(used, WAYS, at)
    idle(used)
    assert "word=" not in used.url
    used.locator(".st-key-cut button").click()
    until(used, "location.search.includes('what=component')")
    used.get_by_text("The changed model").wait_for()
    menu(used, "cuts")
    used.get_by_role("radio", name="Without this step").click()
    until(used, "location.search.includes('what=step')")
    used.keyboard.press("Escape")
    idle(used)
    assert "Q goes from" in graph_alt(used)
    used.get_by_role("button", name="Undo").click()
    until(used, "!location.search.includes('what=')")
    idle(used)
    used.get_by_role("button", name="Show all").click()
    until(used, "!location.search.includes('at=')")
    idle(used)


def test_the_link_is_copied(used):
    used.context.grant_permissions(["clipboard-read", "clipboard-write"])
    used.locator(".st-key-save button").first.click()
    used.get_by_role("button", name="Copy the link").click()
    used.get_by_text("The link is copied.").wait_for()
    assert used.evaluate("navigator.clipboard.readText()") == used.url


def test_markup_in_a_sentence_is_text_wherever_it_is_drawn(chromium, link, hostile_model):
    with opened(chromium) as page:
        said: list[str] = []

        def hear(dialog):
            said.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", hear)
        page.goto(link(model=hostile_model, text=HOSTILE, share="0", word="2", at="0,2"))
        ready(page)
        assert IMAGE in graph_alt(page)
        assert "<img src=x" in page.locator(".js-plotly-plot").first.text_content()
        spots = page.evaluate(SPOTS)
        token = next(s for s in spots if s["data"][:2] == ["token", 2])
        page.mouse.move(token["x"], token["y"])
        page.locator(".hoverlayer text", has_text="<img src=x").first.wait_for()
        page.locator(".st-key-save button").first.click()
        page.get_by_text("The same from Python").wait_for()
        idle(page)
        svg = download(page, lambda: page.get_by_role("button", name="Picture (SVG)").click())
        html = download(page, lambda: page.get_by_role("button", name="Interactive").click())
        numbers = download(page, lambda: page.get_by_role("button", name="Numbers").click())
        assert not page.locator("img[src='x']").count()
        assert IMAGE in json.loads(numbers)["tokens"]
        page.set_content(svg.decode())
        assert page.locator("svg text").count() > 5
        assert not page.locator("img, b, script").count()
        page.set_content(html.decode())
        page.wait_for_selector(GRAPH)
        assert not page.locator("figure img, h1 b, figure b").count()
        assert IMAGE in page.locator("h1").inner_text()
        assert said == []
        page.remove_listener("dialog", hear)


def test_a_long_computation_shows_the_page_and_that_it_works(chromium, link):
    with opened(chromium) as page:
        long = ", ".join(["the old farmers love the bad assistant"] * 3) + " [MASK] ."
        # Seconds of work, so that even a slow browser is there before it ends.
        page.goto(link(model="agreement", points="50", rule="riemann", text=long))
        page.locator("[data-testid=stSpinner]").wait_for()
        until(page, STANDS_STILL)  # as tests ask for; what is computed takes longer
        assert page.locator(BOX).input_value() == long
        assert not page.locator(GRAPH).count()
        ready(page)
        assert not page.locator("[data-testid=stSpinner]").count()
