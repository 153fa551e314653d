"""The graph under a finger: a swipe across it scrolls the page, a tap selects what was tapped."""

from urllib.parse import urlencode

import pytest

from tests.browser.page import HEAR, SOON, SPOTS, STILL, idle, menu, ready, until

pytestmark = pytest.mark.browser

TOP = "document.querySelector('[data-testid=stMain]').scrollTop"
IN_VIEW = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  plot.scrollIntoView({ block: 'center', behavior: 'instant' });
}"""

CUT = """options => options.filter(option => {
  const said = option.querySelector('[data-item-hl]');
  return said.scrollHeight > option.clientHeight || said.scrollWidth > option.clientWidth;
}).length"""
"""How many entries of a list are cut off."""


@pytest.fixture(scope="module")
def phone(chromium, address, tiny_masked_lm_dir):
    """The explore page on a phone, with all words drawn."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        reduced_motion=STILL,
    )
    page = context.new_page()
    page.add_init_script(HEAR)
    page.set_default_timeout(SOON)
    page.goto(f"{address}/?{urlencode({'model': tiny_masked_lm_dir, 'share': 0})}")
    ready(page)
    yield page
    context.close()


def swipe(page, x: float, y: float, up: float) -> None:
    """Move a finger from (x, y) upwards."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: float) -> None:
        at = [{"x": x, "y": point} for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", y)
    for part in range(1, 11):
        touch("touchMove", y - up * part / 10)
        page.wait_for_timeout(16)
    touch("touchEnd")
    session.detach()


def test_a_swipe_on_the_graph_scrolls_the_page(phone):
    phone.evaluate(IN_VIEW)
    phone.wait_for_timeout(300)
    box = phone.locator(".js-plotly-plot").first.bounding_box()
    before = phone.evaluate(TOP)
    swipe(phone, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 150)
    until(phone, f"before => {TOP} - before > 100", before)
    assert "word=" not in phone.url
    assert "at=" not in phone.url


def test_a_tap_selects_what_was_tapped_and_once(phone):
    phone.evaluate(IN_VIEW)
    phone.wait_for_timeout(300)
    words = {s["data"][1] for s in phone.evaluate(SPOTS) if s["data"][0] == "token"} - {None}
    for word in sorted(words)[:4]:
        spot = next(s for s in phone.evaluate(SPOTS) if s["data"][:2] == ["token", word])
        # A little off, as fingers are: the nearest is meant.
        phone.touchscreen.tap(spot["x"] + 5, spot["y"] + 6)
        until(phone, "word => new URLSearchParams(location.search).get('word') === word", str(word))
        idle(phone)
        assert f"word={word}" in phone.url  # a second click would have taken it back
    spots = phone.evaluate(SPOTS)

    def room(spot) -> float:
        others = (s for s in spots if s["data"] != spot["data"])
        return min((spot["x"] - s["x"]) ** 2 + (spot["y"] - s["y"]) ** 2 for s in others)

    step = max((s for s in spots if s["data"][0] == "edge"), key=room)
    phone.touchscreen.tap(step["x"] + 3, step["y"] - 3)
    at = ",".join(str(part) for part in step["data"][2:])
    until(phone, "at => new URLSearchParams(location.search).get('at') === at", at)
    idle(phone)
    assert phone.evaluate("new URLSearchParams(location.search).get('at')") == at


def test_what_the_list_of_models_says_of_each_is_read_whole(phone):
    menu(phone, "model")
    phone.locator("[data-testid=stPopoverBody] [data-testid=stSelectbox] input").first.tap()
    options = phone.locator("[role=option]")
    options.first.wait_for()
    texts = options.all_inner_texts()
    assert any("to download" in text for text in texts)
    assert options.evaluate_all(CUT) == 0
    options.last.scroll_into_view_if_needed()
    assert options.all_inner_texts() == texts  # the list has all of them at once
    phone.keyboard.press("Escape")
    phone.keyboard.press("Escape")
