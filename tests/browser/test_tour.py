"""A teacher's three questions, from a new server, in a real browser: by pointer, keyboard, finger.

Which word? Which head? What if it is cut? With at most five actions, the answers in sight.
"""

import pytest

from tests.browser.page import idle, opened, ready, until
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

CARD = ".ipe-tour"
AT_ONCE = (".ipe-answer", ".st-key-pattern_graph", ".st-key-view", ".st-key-cut_row")
"""The last of what is seen at 1280 × 720 without scrolling, the inspector down to its cut."""
ANSWERS = (
    ("Which word?", "“farmers”: +3.9", ".st-key-sentence_row"),
    ("Which head?", "Head 7 of block 3", ".st-key-pattern_graph"),
    ("What if it is cut?", "a run of the changed model", ".st-key-inspector"),
)


def framed(page) -> list[str]:
    """What has a frame around it, because the tour is about it."""
    outline = "selector => getComputedStyle(document.querySelector(selector)).outlineStyle"
    return [place for *_, place in ANSWERS if page.evaluate(outline, place) == "dashed"]


ALL_IN_SIGHT = """places => places.every(place =>
  document.querySelector(place)?.getBoundingClientRect().bottom <= innerHeight)"""


def apart(page, place: str) -> bool:
    """Whether the tour's card covers nothing of the place."""
    card, other = (page.locator(s).bounding_box() for s in (".st-key-tour_card", place))
    beside = card["x"] >= other["x"] + other["width"] or other["x"] >= card["x"] + card["width"]
    below = card["y"] >= other["y"] + other["height"] or other["y"] >= card["y"] + card["height"]
    return beside or below


def test_three_questions_are_answered_with_three_actions_from_a_new_server(chromium, new_address):
    three_actions(chromium, new_address, 1280)


def test_three_questions_are_answered_with_three_actions_on_a_phone(chromium, address):
    three_actions(chromium, address, 390)


def three_actions(chromium, address: str, width: int) -> None:
    """What each of the three brings, in sight, from a page that is opened for the first time."""
    with opened(chromium, width, 720) as page:
        page.goto(address)
        ready(page)
        first = page.get_by_role("button", name=ANSWERS[0][0])
        first.focus()
        if width == 1280:
            until(page, ALL_IN_SIGHT, AT_ONCE)
        for question, answer, place in ANSWERS:
            assert page.evaluate("document.activeElement.innerText") == question
            page.keyboard.press("Enter")
            page.locator(CARD).get_by_text(answer).wait_for()
            idle(page)
            card = page.locator(CARD).bounding_box()
            assert card["y"] >= 0
            assert card["y"] + card["height"] <= 720
            assert framed(page) == [place]
            assert apart(page, place)
            if width == 1280:
                until(page, ALL_IN_SIGHT, AT_ONCE)
        assert findings(page, ".st-key-tour_card") == []
        page.get_by_role("button", name="Done").click()
        page.locator(CARD).wait_for(state="detached")
        assert framed(page) == []
        page.get_by_role("button", name="Tour").click()
        page.locator(CARD).get_by_text("New here?").wait_for()
        edges = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        scrolled, shown = page.evaluate(edges)
        assert scrolled <= shown
        page.get_by_role("button", name="Leave the tour").click()
        page.locator(CARD).wait_for(state="detached")
        idle(page)
