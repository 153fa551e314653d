"""Words at several masks, as choices and links write them: one text, a line for each mask."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.question.mask import MASK_SPELLINGS

LINE = "\n"
"""No word has one, and no box in which words are typed."""


def count_masks(text: str) -> int:
    """How many masks a text has, as people write them."""
    return len(MASK_SPELLINGS.findall(text))


def at_each(value: str | None, count: int) -> list[str | None]:
    """The word at each of so many masks, None for the model's choice; more or fewer where a link
    has so many."""
    return [None] * count if value is None else [line or None for line in value.split(LINE)]


def together(words: Sequence[str | None]) -> str | None:
    """The words as one text, of which `at_each` makes the same; None where all are the model's."""
    return LINE.join(word or "" for word in words) if any(words) else None
