"""Numbers in words, written alike on the pages, in the figures and in a terminal."""

from __future__ import annotations

MANY_DIGITS = 1e7
"""Numbers from here on are written with a power of ten."""


def signed(value: float, digits: int = 2) -> str:
    """A signed number with a true minus sign; what rounds to nothing has no sign."""
    if abs(value) >= MANY_DIGITS:
        return f"{value:+.{digits}e}".replace("-", "−")
    written = f"{value:+.{digits}f}"
    if float(written) == 0:
        return f"{0:.{digits}f}"
    return written.replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 in whole per cent, never rounded to nothing or to all."""
    if abs(share) >= MANY_DIGITS:
        return f"{share * 100:.0e} %".replace("-", "−")
    if 0 < abs(share) < 0.005:
        return "<1 %" if share > 0 else ">−1 %"
    if 0.995 <= share < 1:
        return ">99 %" if share < 0.9995 else "100 %"
    return f"{share * 100:.0f} %".replace("-", "−")


def counted(number: int, noun: str) -> str:
    """`1 word`, `2 words`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
