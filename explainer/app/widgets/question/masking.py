"""Masking a word by clicking it, as plain text operations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explainer.question.sentence import Span

MASK = "[MASK]"


def masked(text: str, spans: Sequence[Span], mask: re.Pattern[str]) -> int | None:
    """The number of the first word that is a mask, if any; `mask` is how one is spelled."""
    words = (text[start:end] for start, end in spans)
    return next((i for i, word in enumerate(words) if mask.fullmatch(word)), None)


def mask_word(
    text: str, spans: Sequence[Span], mask: re.Pattern[str], chosen: int | None, back: str
) -> str:
    """The text with word number `chosen` masked and every other mask replaced by `back`."""
    parts = []
    at = 0
    for number, (start, end) in enumerate(spans):
        word = text[start:end]
        if number == chosen:
            word = MASK
        elif mask.fullmatch(word):
            word = back
        parts += [text[at:start], word]
        at = end
    return "".join(parts) + text[at:]
