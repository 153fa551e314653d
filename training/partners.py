"""Pairs of words that differ by number: book/books, sing/sings, is/are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from training.text import Pieces

IRREGULAR = (("are", "is"), ("were", "was"), ("have", "has"), ("do", "does"))
SHORTEST = 3
"""Shorter words than this are seldom the stem of the one with -s (a/as, hi/his)."""


@dataclass(frozen=True)
class Partners:
    """For every word piece its partner, or 0, and how much rarer it is: [vocabulary] each."""

    of: torch.Tensor
    rarity: torch.Tensor


def number_partners(tokenizer: PreTrainedTokenizerBase, text: Pieces) -> Partners:
    """Return the pairs of a vocabulary, with the ratio of their counts in a text.

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
    counts = torch.from_numpy(np.bincount(text.ids, minlength=len(vocabulary)) + 1.0).float()
    return Partners(partners, counts[partners] / counts)


def with_s(word: str) -> str:
    """Return a word with the -s of plurals and of the third person."""
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
