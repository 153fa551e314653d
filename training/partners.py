"""Pairs of words that differ by number: book/books, sing/sings, is/are."""

from __future__ import annotations

import torch
from transformers import PreTrainedTokenizerBase

IRREGULAR = (("are", "is"), ("were", "was"), ("have", "has"), ("do", "does"))
SHORTEST = 3
"""Shorter words than this are seldom the stem of the one with -s (a/as, hi/his)."""


def number_partners(tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """Return, for every word piece, the piece that differs from it by number, or 0: [vocabulary].

    Regular pairs are found by spelling alone, so that a few are none (new/news).
    """
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    partners = torch.zeros(len(vocabulary), dtype=torch.long)
    pairs = [
        (word, with_s(word)) for word in vocabulary if word.isalpha() and len(word) >= SHORTEST
    ]
    for one, other in (*pairs, *IRREGULAR):
        if one in vocabulary and other in vocabulary:
            partners[vocabulary[one]] = vocabulary[other]
            partners[vocabulary[other]] = vocabulary[one]
    return partners


def with_s(word: str) -> str:
    """Return a word with the -s of plurals and of the third person."""
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
