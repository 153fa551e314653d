"""Comparing in a real browser: typing, clicking, swapping, following the link, on any screen."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from tests.browser import page as browser
from tests.browser.page import PLOTS, SPOTS, until

pytestmark = pytest.mark.browser

FIRST = "the farmers that the assistant loves [MASK] old ."
SECOND = "the farmer that the assistants love [MASK] old ."
LONGER = "the farmers that the bad assistant loves [MASK] old ."


FOLLOW = """plots => {
  const [one, two] = [...document.querySelectorAll(plots)].map(p => p.getBoundingClientRect());
  return one && two && one.height > 0 && one.bottom <= two.top;
}"""
"""Whether the second graph stands below the first."""


@pytest.fixture
def link(address, tiny_masked_lm_dir):
    """A function that makes the page's address with the tiny model and further choices."""

    def made(**choices: str) -> str:
        return f"{address}/compare?{urlencode({'model': str(tiny_masked_lm_dir), **choices})}"

    return made


def ready(page, graphs: int = 2) -> None:
    """Wait until the graphs are drawn and the server has nothing more to send."""
    until(
        page,
        f"n => document.querySelectorAll('{browser.GRAPH}').length"
        " && document.querySelectorAll('.js-plotly-plot').length === n",
        graphs,
    )
    browser.idle(page)


def alts(page) -> list[str]:
    return [chart.get_attribute("aria-label") for chart in page.locator(PLOTS).all()]


def sentence(page, side: str):
    return page.get_by_role("textbox", name=f"{side} sentence")


def tokens(page, graph: int) -> list[dict]:
    """The spots of one graph's tokens."""
    return [spot for spot in page.evaluate(SPOTS, graph) if spot["data"][0] == "token"]


def rows(page, graph: int) -> dict[int, float]:
    """The height on the screen of every token of one graph."""
    return {spot["data"][3]: spot["y"] for spot in tokens(page, graph)}


def test_the_main_job(tab, chromium, link):
    tab.goto(link())
    ready(tab)
    assert sentence(tab, "First").input_value() == FIRST
    box = sentence(tab, "Second")
    assert box.input_value() == SECOND
    box.fill(LONGER)
    box.press("Enter")
    until(tab, "location.search.includes('bad+assistant')")
    ready(tab)

    one, two = rows(tab, 0), rows(tab, 1)
    assert all(one[k] == pytest.approx(two[k if k < 5 else k + 1], abs=0.6) for k in one)
    assert min(abs(two[5] - y) for y in one.values()) > 10

    spot = next(s for s in tokens(tab, 1) if s["data"][1] == 6)
    tab.mouse.click(spot["x"], spot["y"])
    until(tab, "location.search.includes('word=5')")
    ready(tab)
    assert all("“assistant”" in alt for alt in alts(tab))

    tab.get_by_role("button", name="Swap").click()
    until(tab, "!location.search.includes('word=')")
    ready(tab)
    assert sentence(tab, "First").input_value() == LONGER
    assert sentence(tab, "Second").input_value() == FIRST

    with browser.opened(chromium) as second:
        second.goto(tab.url)
        ready(second)
        assert alts(second) == alts(tab)
        assert second.url == tab.url
        assert rows(second, 0) == rows(tab, 0)


def test_the_explored_sentence_comes_along(tab, address, tiny_masked_lm_dir):
    text = "the old farmer [MASK] bad ."
    query = urlencode({"model": tiny_masked_lm_dir, "text": text, "correct": "is", "wrong": "are"})
    tab.goto(f"{address}/?{query}")
    browser.ready(tab)
    tab.get_by_role("link", name="Compare").click()
    sentence(tab, "Second").wait_for()
    ready(tab)
    assert sentence(tab, "First").input_value() == text
    made = sentence(tab, "Second").input_value()
    assert sum(a != b for a, b in zip(text.split(), made.split(), strict=True)) == 1
    assert "The second sentence is the first with" in (
        tab.locator("[data-testid=stAlert]").inner_text()
    )
    tab.go_back()  # one press, and not one for the page and one for the link that it wrote
    tab.locator(browser.BOX).wait_for()
    assert "/compare" not in tab.url
    browser.ready(tab)
    assert tab.locator(browser.BOX).input_value() == text


@pytest.fixture(scope="module")
def used(chromium, address, tiny_masked_lm_dir):
    """One page that a person goes on with; each test begins where another has left it."""
    with browser.opened(chromium) as page:
        page.goto(f"{address}/compare?{urlencode({'model': str(tiny_masked_lm_dir)})}")
        ready(page)
        yield page


def test_graphs_stand_side_by_side_on_a_wide_screen(used):
    one, two = (used.locator(PLOTS).nth(k).bounding_box() for k in range(2))
    assert one["y"] == pytest.approx(two["y"], abs=1)
    assert one["x"] + one["width"] < two["x"]
    assert rows(used, 0) == pytest.approx(rows(used, 1), abs=0.6)
    # However many lines an answer takes.
    longer = used.add_style_tag(content=".st-key-pair_second .ipe-answer { padding-bottom: 40px; }")
    used.wait_for_timeout(300)
    one, two = (used.locator(PLOTS).nth(k).bounding_box() for k in range(2))
    assert one["y"] == pytest.approx(two["y"], abs=1)
    longer.evaluate("e => e.remove()")


def test_on_a_small_screen_they_follow_each_other(used):
    for width in (390, 768):
        used.set_viewport_size({"width": width, "height": 844})
        ready(used)
        browser.fits(used, width)
        until(used, FOLLOW, PLOTS)
    used.set_viewport_size({"width": 1280, "height": 1000})
    ready(used)


def test_both_sides_are_saved_as_picture_table_and_numbers(used, link, tmp_path):
    text = "the <b>farmers</b> & [MASK] old ."
    used.goto(link(text2=text))
    ready(used)
    used.locator(".st-key-save [data-testid=stPopoverButton]").click()
    saved = {}
    for name in ("Picture (SVG)", "Table of differences (CSV)", "Numbers of both (JSON)"):
        with used.expect_download() as download:
            used.get_by_role("button", name=name).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        saved[file.name] = file.read_text(encoding="utf-8")
    picture = ElementTree.fromstring(saved["comparison.svg"])
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert FIRST in words
    assert text in words
    rows = list(csv.DictReader(io.StringIO(saved["differences.csv"])))
    assert {"word", "change of g", "way in the first", "way in the second"} <= rows[0].keys()
    numbers = json.loads(saved["comparison.json"])
    assert [numbers[side]["schema"] for side in ("first", "second")] == [3, 3]
    (python,) = used.locator("[data-testid=stPopoverBody] code").all_inner_texts()
    assert "json.dumps(both" in python
    with used.expect_download() as download:
        used.get_by_role("button", name="Picture (PNG)").click()
    assert download.value.suggested_filename == "comparison.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    used.keyboard.press("Escape")
    ready(used)


MISTAKE = "<img src=x onerror=alert(1)> [MASK] [SEP]"


def test_a_mistake_stays_at_its_side(used):
    before = alts(used)
    sentence(used, "Second").fill(MISTAKE)
    sentence(used, "Second").press("Enter")
    alert = used.locator("[data-testid=stAlert]:has([data-testid=stAlertContentError])")
    alert.wait_for()
    ready(used, graphs=1)
    assert alert.count() == 1
    assert "contains [SEP]" in alert.inner_text()
    assert alert.bounding_box()["x"] > 600  # at its side
    assert sentence(used, "Second").input_value() == MISTAKE
    assert alts(used) == before[:1]
    assert not used.locator("img[src=x]").count()


def tab_to(page, name: str) -> None:
    """Press Tab until what has the focus is called `name`."""
    focused = """() => {
      let e = document.activeElement;
      while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
      return (e.getAttribute('aria-label') || e.innerText || '').trim();
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused).startswith(name):
            return
    pytest.fail(f"no way to {name!r} by keyboard")


def test_by_keyboard_alone_from_the_sentence_to_the_saved_picture(tab, link):
    tab.goto(link())
    ready(tab)
    tab_to(tab, "First sentence")
    tab.keyboard.press("Control+A")
    tab.keyboard.type(LONGER)
    tab.keyboard.press("Enter")
    until(tab, "location.search.includes('bad+assistant')")
    ready(tab)
    tab_to(tab, "Word")
    tab.keyboard.type("farmers")
    tab.keyboard.press("Enter")
    until(tab, "location.search.includes('word=2')")
    ready(tab)
    tab_to(tab, "visibility")
    tab.keyboard.press("Enter")
    tab.locator("[data-testid=stPopoverBody]").wait_for()
    browser.idle(tab)
    tab_to(tab, "Heads and skips")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Space")
    until(tab, "location.search.includes('level=embedding')")
    tab.keyboard.press("Escape")
    ready(tab)
    assert all("“farmer" in alt for alt in alts(tab))
    tab_to(tab, "download")
    tab.keyboard.press("Enter")
    tab.locator("[data-testid=stPopoverBody] code").wait_for()
    browser.idle(tab)
    tab_to(tab, "Picture (SVG)")
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    assert download.value.suggested_filename == "comparison.svg"


def test_html_in_a_sentence_is_shown_as_text(tab, link, tiny_roberta_dir):
    texts = {"text": "the <b>x</b> [MASK]", "text2": "the <i>x</i> [MASK]"}
    own = {"correct": "", "wrong": "", "share": "0"}
    tab.set_viewport_size({"width": 700, "height": 1000})  # narrow: each graph has its sentence
    tab.goto(link(**texts, **own, model=str(tiny_roberta_dir)))
    ready(tab)
    assert tab.get_by_text("First: the <b>x</b> [MASK]").count() == 1
    made = tab.locator("b:not(.ipe-answer b), i").filter(has_text="x")
    assert not made.count()
    assert "x" not in tab.locator(".ipe-answer b").all_inner_texts()  # quoted, where it is named
    labels = tab.locator(".js-plotly-plot").first.locator("text").all_text_contents()
    assert "<" in labels or "<b" in labels
