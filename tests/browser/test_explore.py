"""The main job in a real browser: a cold server, typed text, real clicks, a link followed."""

from urllib.parse import urlencode

import pytest

from tests.browser.page import BOX, SPOTS, end_by, idle, menu, opened, ready, until

pytestmark = pytest.mark.browser

ERROR = "[data-testid=stAlert]:has([data-testid=stAlertContentError])"
"""What is wrong; notes look alike and are none."""


def alt(page) -> str:
    """The pattern graph's text; it is the first figure on the page."""
    return page.locator("[data-testid=stPlotlyChart]").first.get_attribute("aria-label")


def until_alt(page, part: str) -> None:
    until(
        page,
        "part => document.querySelector('[data-testid=stPlotlyChart]')"
        "?.getAttribute('aria-label').includes(part)",
        part,
    )


def click_spot(page, kind: str, word: int | None = None, *, but: int | None = None) -> list:
    """Click the most solitary spot of a kind, for a word or any other `but` one; its data."""
    spots = page.evaluate(SPOTS)
    wanted = [
        spot
        for spot in spots
        if spot["data"][0] == kind and spot["data"][1] not in (None, but)
        if word is None or spot["data"][1] == word
    ]

    def room(spot) -> float:
        return min(
            (spot["x"] - s["x"]) ** 2 + (spot["y"] - s["y"]) ** 2 for s in spots if s != spot
        )

    spot = max(wanted, key=room)
    page.mouse.move(spot["x"], spot["y"])
    page.wait_for_timeout(200)
    page.mouse.click(spot["x"], spot["y"])
    return spot["data"]


def test_enter_at_once_on_a_cold_server(tab, new_address, tiny_masked_lm_dir):
    tab.goto(f"{new_address}/?{urlencode({'model': tiny_masked_lm_dir})}")
    tab.locator(BOX).fill("the old farmer [MASK] bad .")
    tab.locator(BOX).press("Enter")
    until(tab, "location.search.includes('old+farmer')")
    ready(tab)
    assert tab.locator(BOX).input_value() == "the old farmer [MASK] bad ."
    (note,) = tab.locator("[data-testid=stAlert]").all_inner_texts()
    assert "no longer asked about" in note  # the example's words are not this sentence's
    assert not tab.locator(ERROR).count()
    drawn = tab.locator(".js-plotly-plot").first.text_content()
    assert "farmer" in drawn
    assert "loves" not in drawn


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The addresses that the used page has asked."""
    return []


@pytest.fixture(scope="module")
def used(chromium, address, tiny_masked_lm_dir, asked):
    """One page that a person goes on with; each test begins where another has left it."""
    with opened(chromium) as page:

        def note(request) -> None:
            asked.append(request.url)

        page.on("request", note)
        page.goto(f"{address}/?{urlencode({'model': tiny_masked_lm_dir})}")
        ready(page)
        page.remove_listener("request", note)
        yield page


def test_the_page_asks_no_other_server(used, asked, address):
    assert used.locator(".js-plotly-plot").count()
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []


def test_the_main_job(used, chromium):
    used.locator(BOX).fill("the farmers that the assistants love [MASK] old .")
    used.locator(BOX).press("Enter")
    until(used, "location.search.includes('assistants+love')")
    ready(used)
    assert "are − is" in alt(used)
    assert "wrong=" not in used.url

    menu(used, "view")
    used.get_by_text("Nodes", exact=True).click()
    until(used, "location.search.includes('level=embedding')")
    used.get_by_text("Both", exact=True).click()
    until(used, "location.search.includes('overlay=both')")
    used.keyboard.press("Escape")
    idle(used)
    click_spot(used, "token", 2)
    until(used, "location.search.includes('word=2')")
    until_alt(used, "“farmers” has")
    idle(used)
    _, _, *step = click_spot(used, "edge", but=2)
    at = ",".join("any" if part is None else str(part) for part in step)
    until(used, "at => new URLSearchParams(location.search).get('at') === at", at)
    until_alt(used, "through block")
    menu(used, "view")
    used.get_by_text("Heads and skips", exact=True).click()
    until(used, "!location.search.includes('level=')")
    used.keyboard.press("Escape")
    idle(used)
    assert "at=" in used.url
    assert "through block" in alt(used)

    with opened(chromium) as second:
        second.goto(used.url)
        ready(second)
        assert alt(second) == alt(used)
        assert second.locator(BOX).input_value() == used.locator(BOX).input_value()
        assert second.url == used.url
        assert second.evaluate(SPOTS) == used.evaluate(SPOTS)
    used.get_by_role("button", name="Show all").click()
    until(used, "!location.search.includes('at=') && !location.search.includes('word=')")
    idle(used)


def test_a_small_screen_never_scrolls_sideways(used):
    for width in (390, 768):
        used.set_viewport_size({"width": width, "height": 844})
        ready(used)
        used.wait_for_timeout(500)
        widths = used.evaluate(
            "(() => { const main = document.querySelector('[data-testid=stMain]');"
            "return [main.scrollWidth, document.documentElement.scrollWidth,"
            "document.querySelector('.js-plotly-plot').getBoundingClientRect().right]; })()"
        )
        assert max(widths) <= width
        assert max(widths) > width - 40  # it is drawn for this width
    used.set_viewport_size({"width": 1280, "height": 1000})
    ready(used)


def test_settings_open_with_the_choices_and_change_them(used):
    used.locator(".st-key-settings button").first.click()
    points = used.get_by_role("spinbutton", name="Points at most")
    points.wait_for()
    idle(used)
    assert points.input_value() == "200"
    assert "points=" not in used.url
    points.fill("9")
    points.press("Enter")
    until(used, "location.search.includes('points=9')")
    used.keyboard.press("Escape")
    idle(used)
    assert not used.locator("[data-testid=stAlert]").count()


def test_the_edit_button_opens_the_box_where_the_words_are(used):
    box = used.locator(BOX)
    seen = "e => getComputedStyle(e.closest('[data-testid=stLayoutWrapper]')).opacity"
    assert box.evaluate(seen) == "0"
    used.get_by_role("button", name="Edit").click()
    assert box.evaluate("e => document.activeElement === e")
    assert box.evaluate(seen) == "1"
    used.keyboard.type(" x")
    used.keyboard.press("Enter")
    until(used, "location.search.includes('+x')")
    assert not box.evaluate("e => document.activeElement === e")
    ready(used)


def test_a_click_on_a_word_masks_it(used):
    before = used.locator(BOX).input_value()
    used.locator(".st-key-chips").get_by_text("old", exact=True).click()
    text = before.replace("[MASK]", "are").replace("old", "[MASK]")
    until(used, "([box, text]) => document.querySelector(box).value === text", [BOX, text])
    until_alt(used, "influence on old − ")
    ready(used)


def test_bad_input_shows_one_sentence_and_keeps_the_text(used):
    before = alt(used)
    text = "<img src=x onerror=alert(1)> [MASK] [SEP]"
    used.locator(BOX).fill(text)
    used.locator(BOX).press("Enter")
    alert = used.locator(ERROR)
    alert.wait_for()
    idle(used)
    assert alert.count() == 1
    assert "contains [SEP]" in alert.inner_text()
    assert used.locator(BOX).input_value() == text
    assert alt(used) == before
    assert not used.locator("img[src=x]").count()


PARTS = {
    "sentence": ".st-key-chips",
    "prediction": ".st-key-question .ipe-predictions",
    "question": ".st-key-question_line",
    "answer": ".ipe-answer",
    "graph": "[data-testid=stPlotlyChart]",
    "inspector's head": ".st-key-subject_row",
    "cut": ".st-key-cut_row",
}
"""What is to be seen at once, and where it is on the page."""
TWELVE = "the keys to the old cabinet [MASK] on the very long table ."


@pytest.fixture(scope="module")
def first(chromium, address):
    """The page as it is without a link, which a person goes on with."""
    with opened(chromium, height=720) as page:
        page.goto(address)
        ready(page)
        yield page


def test_it_starts_with_agreement(first):
    assert "are − is" in alt(first)
    assert "“farmers”" in alt(first)


def test_a_meaning_comes_by_pointer_keyboard_and_finger(first):
    sign = first.get_by_role("button", name="Help for gap with")
    said = first.locator("[data-testid=stTooltipContent]").get_by_text("completeness gap")
    sign.hover()
    said.wait_for()
    first.mouse.move(0, 0)
    said.wait_for(state="detached")
    sign.focus()
    said.wait_for()
    sign.blur()
    said.wait_for(state="detached")
    sign.click()
    said.wait_for()
    first.mouse.move(0, 0)
    idle(first)


def test_a_sentence_of_12_words_is_seen_whole_on_a_projector(first):
    first.get_by_role("button", name="Leave the tour").click()
    first.locator(BOX).fill(TWELVE)
    first.locator(BOX).press("Enter")
    until(first, "location.search.includes('keys')")
    ready(first)
    end_by(first, 720, PARTS)
    ends = {name: first.locator(at).first.bounding_box() for name, at in PARTS.items()}
    assert ends["inspector's head"]["x"] > ends["graph"]["x"] + ends["graph"]["width"]


def choose_model(page, name: str) -> None:
    menu(page, "model")
    box = page.locator("[data-testid=stSelectbox]", has_text="Model").locator("input")
    box.click()
    box.fill(name)
    box.press("Enter")
    page.keyboard.press("Escape")


def test_it_changes_to_other_models(first, tiny_classifier_dir):
    choose_model(first, "sentiment")
    until(first, "location.search.includes('model=sentiment')")
    first.locator(BOX).fill("a warm and funny film .")
    first.locator(BOX).press("Enter")
    until_alt(first, "positive")
    idle(first)

    choose_model(first, str(tiny_classifier_dir))
    until(first, "location.search.includes('tiny-classifier')")
    # Its small vocabulary has none of the film's words.
    until(first, "document.querySelector('.js-plotly-plot')?.textContent.includes('[UNK]')")
    idle(first)
