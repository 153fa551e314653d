"""The style sheets: what they ask a browser to look for."""

import re

import pytest

from explainer.base import assets

SHEETS = sorted(assets.STYLES.glob("*.css"))
WHOLE = r"(?:html|body|:root|\.stApp|\.stMain|\.stMainBlockContainer)(?![\w-])"
FAR = re.compile(WHOLE + r"[^\s>+~,]*:has\((?!\s*>)")
"""What is asked of everything below the page, however deep."""


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_is_looked_up_again_at_every_change_of_the_page(sheet):
    found = FAR.findall(sheet.read_text(encoding="utf-8"))
    assert not found, f"{found} cost more than all else a browser does for a new sentence"


def test_what_would_be_is_found():
    for costly in (".stApp:has(.x) .y", ".stApp:not(:has(.x .y)) .z", ".stMain:has(.x):hover"):
        assert FAR.search(costly)
    assert not FAR.search(".stMainBlockContainer > .y:has(> .x) { top: 0 }")
