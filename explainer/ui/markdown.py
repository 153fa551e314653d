"""Users' text inside Streamlit's markdown."""

from __future__ import annotations

import re

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!:$~<>|&^=])")


def plain(text: str) -> str:
    """Text that markdown shows as it is: no links, pictures, colours, formulas or emoji codes."""
    return MARKS.sub(r"\\\1", " ".join(text.split()))
