"""Regular verbs found in the vocabulary, so that number is learnt for more than a lexicon."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from transformers import PreTrainedTokenizerBase

from explainer.tasks.lexicon import Noun, Verb
from explainer.tasks.words import Lexicon
from training.partners import SHORTEST, with_s
from training.text import Pieces

BEFORE_VERBS = (
    *("to", "will", "would", "can", "could", "may", "might", "must", "should", "not"),
    *("i", "we", "you", "they"),
)
VERBAL = 0.3
"""Least share of a verb's occurrences that follow one of these words."""
FEWEST = 5


def regular_verbs(tokenizer: PreTrainedTokenizerBase, text: Pieces) -> tuple[Verb, ...]:
    """Return verbs whose three forms are one piece each, without any held-out word."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    markers = [vocabulary[word] for word in BEFORE_VERBS]
    count = np.bincount(text.ids, minlength=len(vocabulary))
    follows = np.isin(text.ids[:-1], markers)
    verbal = np.bincount(text.ids[1:][follows], minlength=len(vocabulary))
    avoid = held_out_forms()
    found = []
    for word, piece in vocabulary.items():
        if not word.isalpha() or len(word) < SHORTEST or verbal[piece] < VERBAL * count[piece]:
            continue
        verb = Verb(word, with_s(word), with_ed(word))
        forms = {verb.base, verb.third, verb.past}
        if forms <= vocabulary.keys() and not forms & avoid and count[piece] >= FEWEST:
            found.append(verb)
    return tuple(sorted(found, key=lambda verb: verb.base))


def with_ed(word: str) -> str:
    """Return the regular past tense of a verb."""
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ied"
    return word + "ed"


def held_out_forms() -> set[str]:
    """Return every form of every held-out word of the generated sentences."""
    words, forms = Lexicon.of("held-out"), set[str]()
    for part in fields(words):
        if part.name == "determiners":
            continue
        for entry in getattr(words, part.name):
            inflected = isinstance(entry, Noun | Verb)
            forms |= set(vars(entry).values()) if inflected else {entry}
    return forms
