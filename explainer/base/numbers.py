"""Numbers in words, written alike on the pages, in the figures and in a terminal."""

from __future__ import annotations

from collections.abc import Collection

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


def amount(value: float, digits: int = 2) -> str:
    """A signed number; what rounds to nothing and is not nothing is said in words."""
    least = _least(value, digits)
    if least is None:
        return signed(value, digits)
    return f"less than {least}" if value > 0 else f"between −{least} and 0"


def short_amount(value: float, digits: int = 2) -> str:
    """The same where there is little room, as in a column: `<0.01`, `>−0.01`."""
    least = _least(value, digits)
    if least is None:
        return signed(value, digits)
    return f"<{least}" if value > 0 else f">−{least}"


def _least(value: float, digits: int) -> str | None:
    """The smallest number that can be written, for a value that is less and not nothing."""
    if value and signed(value, digits) == f"{0:.{digits}f}":
        return f"{10.0**-digits:.{digits}f}"
    return None


FRACTIONS = {
    **{1 / 4: "a quarter", 1 / 3: "a third", 1 / 2: "half"},
    **{2 / 3: "two thirds", 3 / 4: "three quarters"},
}


def fraction(share: float) -> str:
    """A share from 0 to 1 at the beginning of a sentence: `A third`, `About half`, `18 %`."""
    if share >= 0.995:
        return "All"
    if share >= 0.9:
        return "Nearly all"
    near = min(FRACTIONS, key=lambda known: abs(known - share))
    if abs(near - share) < 0.025:
        name = FRACTIONS[near]
        return name.capitalize() if abs(near - share) < 0.01 else f"About {name}"
    return "Less than 1 %" if 0 < share < 0.005 else percent(share)


def counted(number: int, noun: str) -> str:
    """`1 word`, `2 words`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ordinal(number: int) -> str:
    """A place in a line, from 1 on: `1st`, `2nd`, `3rd`, `11th`."""
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def points(change: float) -> str:
    """A change of a share of 1 in whole percentage points: `+1 point`, `−3 points`."""
    written = signed(100 * change, 0)
    return f"{written} point" if written in ("+1", "−1") else f"{written} points"


def between(counts: Collection[int]) -> str:
    """Numbers of things by the least and the most of them: `40`, or `1,000 to 1,200`."""
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def duration(seconds: float) -> str:
    """A time in whole seconds, or in whole minutes from two on: `90 seconds`, `2 minutes`."""
    if seconds < 120:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute")
