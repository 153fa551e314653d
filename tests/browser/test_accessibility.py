"""Every page under axe-core, in light and dark, on a phone, and with everything on it opened."""

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

from explainer.figures.canvas.palette import palette
from tests.browser.page import PLOTS, ROOT, idle, opened, until

pytestmark = pytest.mark.browser

PAGES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
SCREENS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "dark")}
"""Their widths in px, and the scheme of colours."""
JUDGED = {
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}
"""Where not every rule is run: what is on the page, and what it opens, is that of the light screen,
so that only rules about colours may find something else. What is opened is judged in the dark on
the phone."""
TALL = 5000
"""px: axe-core judges the contrast of what is on the screen only."""
IN_DETAIL = {"explore": {"word": "2", "what": "step"}, "compare": {"word": "2"}}
"""Choices that bring all parts of a page onto it."""
ONLY = {"resultTypes": ["violations"]}
"""What passes is not described at length."""
SERIOUS = ("serious", "critical")


LOOKS_LIKE = """([width, ink]) => {
  const plots = [...document.querySelectorAll('.js-plotly-plot')];
  return plots.length && plots.every(plot =>
    plot.getBoundingClientRect().right <= width
    && [...plot.querySelectorAll('text')].some(text => getComputedStyle(text).fill === ink));
}"""
"""Whether every figure has been drawn for a width, and with this colour of its words."""


def findings(page, within: str | None = None, rules: dict | None = None) -> list[str]:
    """What axe-core holds against the page or a part of it, if serious: rule, place, reason.

    Every rule is run unless `rules` name some.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    run = "([within, options]) => axe.run(within ?? document, options)"
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']} in {node['html'][:200]}"
        for violation in page.evaluate(run, [within, {**ONLY, **(rules or {})}])["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="module", params=PAGES)
def shown(request, chromium, address, tiny_masked_lm_dir):
    """A page with everything on it opened; each screen is put on it, as a reader may do."""
    choices = {"model": str(tiny_masked_lm_dir), **IN_DETAIL.get(request.param, {})}
    path = "" if request.param == "explore" else request.param
    with opened(chromium, height=TALL) as page:
        page.goto(f"{address}/{path}?{urlencode(choices)}")
        page.locator(PLOTS).first.wait_for()
        idle(page)
        for summary in page.locator("[data-testid=stExpander] summary").all():
            summary.click()
        idle(page)
        yield page


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(shown, screen):
    width, scheme = SCREENS[screen]
    ink = palette(scheme == "dark").ink
    rgb = f"rgb({', '.join(str(int(ink[k : k + 2], 16)) for k in (1, 3, 5))})"
    shown.set_viewport_size({"width": width, "height": TALL})
    shown.emulate_media(color_scheme=scheme)
    until(shown, LOOKS_LIKE, [width, rgb])
    idle(shown)
    assert shown.evaluate("getComputedStyle(document.querySelector('h1')).color") == rgb
    assert findings(shown, rules=JUDGED.get(screen)) == []
    if screen in JUDGED:
        return
    for popover in shown.locator("[data-testid=stPopoverButton]").all():
        popover.click()
        shown.locator("[data-testid=stPopoverBody]").wait_for()
        idle(shown)
        # The page around it has been judged above.
        assert findings(shown, "[data-testid=stPopoverBody]") == []
        shown.keyboard.press("Escape")


def test_axe_is_at_work(tab):
    tab.set_content("<html lang=en><title>a</title><h1>a</h1><p style='color:#aaa'>pale</p></html>")
    (found,) = findings(tab)
    assert "color-contrast" in found
