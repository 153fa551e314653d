"""How a link's values are read; one that is impossible is a ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable

from explainer.app.state.place import read_place
from explainer.results.route import Place


def one_of(options: tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of these values; others are a ValueError."""

    def read(value: str) -> str:
        if value not in options:
            raise ValueError(value)
        return value

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of a whole number from `low` to `high`; others are a ValueError."""

    def read(value: str) -> int:
        if len(value) > 9 or not low <= int(value) <= high:
            raise ValueError(value)
        return int(value)

    return read


def position(value: str) -> int | None:
    """Read a token's position, None where it is empty; others are a ValueError."""
    return whole(0, 10**6)(value) if value else None


def share(value: str) -> float:
    """Read a share above 0 and up to 1; others are a ValueError."""
    if re.fullmatch(r"[01]?(\.[0-9]{1,9})?", value, re.ASCII) and 0 < float(value) <= 1:
        return float(value)
    raise ValueError(value)


def place(value: str) -> Place | None:
    return read_place(value) if value else None


def between(value: str) -> tuple[int, int] | None:
    """Read the positions of two tokens: `6-3`."""
    if not value:
        return None
    first, second = value.split("-")
    read = whole(0, 10**6)
    return read(first), read(second)


def yes_no(value: str) -> bool:
    """Read yes or no; others are a ValueError."""
    return one_of(("yes", "no"))(value) == "yes"
