"""Words that somebody names, found in a text: where they begin and end with parts of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote

PLACED = re.compile(r"(.*) \((\d{1,9})\)", re.DOTALL)
"""Words with the position of their first token, which tells them from the same elsewhere."""


def one_place(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str, what: str
) -> tuple[int, int] | None:
    """The only place of the typed words in a text, as characters from and up to; None for none.

    `begins` has the token of each character at which a part begins, `ends` are where parts end.
    Case counts where both are in the text; what ends like a position is one if it can be. Raises
    ExplainerError where there are several and no position tells which.
    """
    found = _placed(text, begins, ends, typed) or _places(text, begins, ends, typed)
    if len(found) > 1:
        first, second, *_ = (quote(f"{typed} ({begins[start]})") for start, _ in found)
        raise ExplainerError(
            f"{what} {quote(typed)} stands {len(found)} times in the text: say which one, such as "
            f"{first} or {second}."
        )
    return found[0] if found else None


def named(
    text: str, begins: Mapping[int, int], ends: Collection[int], place: tuple[int, int]
) -> str:
    """What `one_place` takes for exactly this place."""
    words = text[slice(*place)]
    found = _placed(text, begins, ends, words) or _places(text, begins, ends, words)
    return words if found == [place] else placed(words, begins[place[0]])


def placed(words: str, position: int) -> str:
    """Words with the position of their first token."""
    return f"{words} ({position})"


def _placed(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str
) -> list[tuple[int, int]]:
    """Where typed words stand that end with a position; nowhere without one."""
    if not (parts := PLACED.fullmatch(typed)):
        return []
    everywhere = _places(text, begins, ends, parts[1])
    return [place for place in everywhere if begins[place[0]] == int(parts[2])]


def _places(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str
) -> list[tuple[int, int]]:
    for one, other in ((text, typed), (text.casefold(), typed.casefold())):
        if len(one) != len(text) or not other:  # a letter whose case has another length moves all
            continue
        found = [
            (match.start(), match.start() + len(other))
            for match in re.finditer(f"(?={re.escape(other)})", one)
            if match.start() in begins and match.start() + len(other) in ends
        ]
        if found:
            return found
    return []
