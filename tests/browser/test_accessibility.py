"""Every page under axe-core, in light and dark, on a phone, and with everything on it opened."""

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.page import ROOT, idle, opened

pytestmark = pytest.mark.browser

PAGES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
SCREENS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"width": 390},
}
TALL = 5000
"""px: axe-core judges the contrast of what is on the screen only."""
IN_DETAIL = {"explore": {"word": "2", "what": "step"}, "compare": {"word": "2"}}
"""Choices that bring all parts of a page onto it."""
ONLY = {"resultTypes": ["violations"]}
"""Every rule is run, but what passes is not described at length."""
SERIOUS = ("serious", "critical")


def findings(page, within: str | None = None) -> list[str]:
    """What axe-core holds against the page or a part of it, if serious: rule, place, reason."""
    found = Axe().run(page, context=within, options=ONLY).response["violations"]
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']} in {node['html'][:200]}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(chromium, address, tiny_masked_lm_dir, name, screen):
    choices = {"model": str(tiny_masked_lm_dir), **IN_DETAIL.get(name, {})}
    path = "" if name == "explore" else name
    with opened(chromium, height=TALL, **SCREENS[screen]) as page:
        page.goto(f"{address}/{path}?{urlencode(choices)}")
        page.locator("[data-testid=stPlotlyChart]").first.wait_for()
        idle(page)
        for summary in page.locator("[data-testid=stExpander] summary").all():
            summary.click()
        idle(page)
        assert page.locator("[data-testid=stPlotlyChart]").count()
        assert findings(page) == []
        for popover in page.locator("[data-testid=stPopoverButton]").all():
            popover.click()
            page.locator("[data-testid=stPopoverBody]").wait_for()
            idle(page)
            # The page around it has been judged above.
            assert findings(page, "[data-testid=stPopoverBody]") == []
            page.keyboard.press("Escape")


def test_axe_is_at_work(tab):
    tab.set_content("<html lang=en><title>a</title><h1>a</h1><p style='color:#aaa'>pale</p></html>")
    (found,) = findings(tab)
    assert "color-contrast" in found
