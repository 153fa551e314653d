"""Text as it is drawn: cleaned, shortened, measured."""

from __future__ import annotations

import html
import unicodedata

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, "Helvetica Neue", sans-serif'
SMALL = 12.0
BODY = 14.0
JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """Text without control, direction-changing and unpaired characters (illegal in XML)."""
    if text.isprintable():  # nearly every text, in a twentieth of the time
        return text
    return "".join(
        "\N{MIDDLE DOT}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp") and c not in JOINERS
        else c
        for c in text
    )


def escape(text: str) -> str:
    """Cleaned text that neither Plotly nor a browser reads as markup."""
    return html.escape(clean(text), quote=False)


def width(text: str, size: float) -> float:
    """Estimated width of a text in px, a little on the generous side."""
    return _px(sum(map(_em, text)), size)


def _px(ems: int, size: float) -> float:
    return 1.06 * size * ems / 100


def _em(character: str) -> int:
    """A character's width in hundredths of the size: whole numbers add up exactly."""
    if unicodedata.east_asian_width(character) in "WF":
        return 100
    if character in "il.,:;'|!()[] ":
        return 30
    if character in "mwMW%@":
        return 85
    return 66 if character.isupper() else 53


def shorten(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than `room` px.

    Reads no more of it than there is room for, so that a text of any length takes no time.
    """
    ems, ellipsis = 0, _em("…")
    fitting = 0
    for place, character in enumerate(text):
        ems += _em(clean(character))
        if _px(ems, size) > room:
            return clean(text[:fitting]) + "…"
        if _px(ems + ellipsis, size) <= room:
            fitting = place + 1
    return clean(text)


def brief(text: str, most: int = 60) -> str:
    """The text, cleaned and cut with an ellipsis after `most` characters, for sentences."""
    return clean(text) if len(text) <= most else clean(text[:most]) + "…"
