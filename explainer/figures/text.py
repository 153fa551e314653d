"""Text as it is drawn: cleaned, shortened, measured; and numbers as they are written."""

from __future__ import annotations

import html
import unicodedata

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, "Helvetica Neue", sans-serif'
SMALL = 12.0
BODY = 14.0
JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """Text without control, direction-changing and unpaired characters (illegal in XML)."""
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
    return 1.06 * size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "il.,:;'|!()[] ":
        return 0.3
    if character in "mwMW%@":
        return 0.85
    return 0.66 if character.isupper() else 0.53


def shorten(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than `room` px."""
    text = clean(text)
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def signed(value: float, digits: int = 2) -> str:
    """A signed number with a true minus sign; what rounds to nothing has no sign."""
    written = f"{value:+.{digits}f}"
    if float(written) == 0:
        return f"{0:.{digits}f}"
    return written.replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 in whole per cent, never rounded to nothing or to all."""
    if 0 < abs(share) < 0.005:
        return "<1 %" if share > 0 else ">−1 %"
    if 0.995 <= share < 1:
        return ">99 %" if share < 0.9995 else "100 %"
    return f"{share * 100:.0f} %".replace("-", "−")


def counted(number: int, noun: str) -> str:
    """`1 word`, `2 words`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
