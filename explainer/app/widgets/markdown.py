"""Text on pages: users' own inside Streamlit's markdown, and numbers in one piece."""

from __future__ import annotations

import re

SPACES = re.compile(r"[^\S\u00a0]+")
"""What may be one space; a no-break space keeps a number with its unit."""
MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!:$~<>|&^=])")


def plain(text: str) -> str:
    """Text that markdown shows as it is: no links, pictures, colours, formulas or emoji codes."""
    return MARKS.sub(r"\\\1", SPACES.sub(" ", text).strip())


def unbroken(text: str) -> str:
    """The text with every percentage in one piece, so that no line begins with its sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")
