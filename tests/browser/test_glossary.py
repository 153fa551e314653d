"""What a word means, in a real browser: by pointer, by keyboard and by finger."""

import pytest

from tests.browser.page import idle, opened, ready

pytestmark = pytest.mark.browser

GAP = "completeness gap"
SAID = "[data-testid=stTooltipContent]"


def test_a_meaning_comes_by_pointer_keyboard_and_finger(chromium, address):
    with opened(chromium) as page:
        page.goto(address)
        ready(page)
        sign = page.get_by_role("button", name="Help for gap with")
        said = page.locator(SAID).get_by_text(GAP)
        sign.hover()
        said.wait_for()
        page.mouse.move(0, 0)
        said.wait_for(state="detached")
        sign.focus()
        said.wait_for()
        sign.blur()
        said.wait_for(state="detached")
        sign.click()
        said.wait_for()
        idle(page)
