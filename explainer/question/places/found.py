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
    # The position decides, whatever the case: tables name words as the tokenizer lowered them.
    for find in (_exactly, _in_any_case):
        everywhere = find(text, begins, ends, parts[1])
        found = [place for place in everywhere if begins[place[0]] == int(parts[2])]
        if found:
            return found
    return []


def _places(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str
) -> list[tuple[int, int]]:
    """Where the words stand as they are typed, or if nowhere, in any case."""
    return _exactly(text, begins, ends, typed) or _in_any_case(text, begins, ends, typed)


def _in_any_case(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str
) -> list[tuple[int, int]]:
    lowered = text.casefold()
    if len(lowered) != len(text):  # a letter whose case has another length moves all
        return []
    return _exactly(lowered, begins, ends, typed.casefold())


def _exactly(
    text: str, begins: Mapping[int, int], ends: Collection[int], typed: str
) -> list[tuple[int, int]]:
    if not typed:
        return []
    return [
        (match.start(), match.start() + len(typed))
        for match in re.finditer(f"(?={re.escape(typed)})", text)
        if match.start() in begins and match.start() + len(typed) in ends
    ]
