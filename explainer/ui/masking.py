"""Masking a word by clicking it, as plain text operations."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.sentence import MASK_SPELLINGS, Span

MASK = "[MASK]"


def masked(text: str, spans: Sequence[Span]) -> int | None:
    """The number of the first word that is a mask, if any."""
    return next(
        (i for i, (start, end) in enumerate(spans) if MASK_SPELLINGS.fullmatch(text[start:end])),
        None,
    )


def mask_word(text: str, spans: Sequence[Span], chosen: int | None, back: str) -> str:
    """The text with word number `chosen` masked and every other mask replaced by `back`."""
    parts = []
    at = 0
    for number, (start, end) in enumerate(spans):
        word = text[start:end]
        if number == chosen:
            word = MASK
        elif MASK_SPELLINGS.fullmatch(word):
            word = back
        parts += [text[at:start], word]
        at = end
    return "".join(parts) + text[at:]
