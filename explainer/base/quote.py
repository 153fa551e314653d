"""Show what came inside a message: on one line, and short whatever it is."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Number

LIMIT = 60
WRITTEN = 160
"""Characters of a quotation at most, those of escaped ones counted."""
MOST_LISTED = 10
LONGEST_LIST = 200
"""Characters of all listed names together at most."""
LONGEST_NAME = 40


def quote(text: str, limit: int = LIMIT) -> str:
    """`text` in quotes on one line: control characters escaped, cut after `limit` characters."""
    while True:
        written = str.__repr__(text if len(text) <= limit else text[:limit] + "…")
        if len(written) <= WRITTEN:
            return written
        limit = min(limit, len(text)) // 2  # one character may be escaped as ten


def shown(value: object) -> str:
    """Anything that a caller gave: a text in quotes, a number as it is, else what kind it is."""
    if isinstance(value, str):
        return quote(value)
    if value is None:
        return "None"
    if isinstance(value, Number):
        return _number(value)
    kind = quote(type(value).__name__, LONGEST_NAME)[1:-1]
    return f"{'an' if kind[:1].lower() in tuple('aeiou') else 'a'} {kind}"


def _number(value: Number) -> str:
    try:
        written = str(value)
    except ValueError:  # Python refuses to write thousands of digits
        return "a number of thousands of digits"
    return quote(written, LIMIT)[1:-1]


def listed(names: Iterable[object], most: int = MOST_LISTED, longest: int = LONGEST_NAME) -> str:
    """Names with commas between them: the first ones, and how many more there are.

    `longest` is how many characters of a name are shown.
    """
    every = [quote(name if isinstance(name, str) else shown(name), longest)[1:-1] for name in names]
    taken: list[str] = []
    for name in every[:most]:
        if taken and len(", ".join([*taken, name])) > LONGEST_LIST:
            break
        taken.append(name)
    more = len(every) - len(taken)
    return ", ".join(taken) + (f" and {more:,} more" if more else "")
