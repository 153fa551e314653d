"""Two sentences of which one is right, as one sentence with a mask: BLiMP's form (TACL 2020)."""

from __future__ import annotations

import re
from typing import NamedTuple

from explainer.base.numbers import counted
from explainer.question.mask import MASK_SPELLINGS

MASK = "[MASK]"
WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")
"""A word with what is inside of it, or a sign by itself."""


class Masked(NamedTuple):
    """The sentence with the mask, the word that is right there, and the one that is wrong."""

    text: str
    correct: str
    wrong: str


def masked_pair(good: str, bad: str) -> Masked | str:
    """The right sentence with a mask where exactly one word differs; else why it cannot be asked.

    Whether both words are tokens of a vocabulary is the model's affair.
    """
    if MASK_SPELLINGS.search(good) or MASK_SPELLINGS.search(bad):
        return "A sentence of the pair has a mask already: give two whole sentences."
    words, others = list(WORD.finditer(good)), list(WORD.finditer(bad))
    if len(words) != len(others):
        return (
            f"The right sentence has {counted(len(words), 'word')} and the wrong one "
            f"{len(others)}: one word has to differ, and nothing else."
        )
    differing = [
        (one, other) for one, other in zip(words, others, strict=True) if one[0] != other[0]
    ]
    if len(differing) != 1:
        count = counted(len(differing), "word") if differing else "no word"
        return f"The two sentences differ in {count}: one word has to differ, and nothing else."
    ((one, other),) = differing
    return Masked(good[: one.start()] + MASK + good[one.end() :], one[0], other[0])
