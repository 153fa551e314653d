"""Classes of words, by their spelling alone: the closed classes of English, and all other words.

No tagger is asked: a word has the class that its form mostly has, whatever it does in a sentence
(“that” counts as a conjunction). Of other languages nearly all are other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

OTHER, PUNCTUATION, NUMBER = "other word", "punctuation", "number"
MASK, ADDED = "mask", "added token"

_WORDS = {
    "determiner": "the a an this these those every each some any no all both either neither "
    "another many much few several such",
    "pronoun": "i you he she it we they me him her us them my your his its our their mine yours "
    "hers ours theirs myself yourself himself herself itself ourselves yourselves themselves "
    "someone somebody something anyone anybody anything everyone everybody everything nobody "
    "nothing none one",
    "preposition": "of in on at by for with about against between into through during before "
    "after above below to from up down over under near behind beside across without within along "
    "among around toward towards upon off",
    "conjunction": "and or but nor so yet because although though while if unless until when "
    "whenever where wherever whether than as since that which who whom whose what",
    "auxiliary": "am is are was were be been being have has had having do does did can could will "
    "would shall should may might must",
    "negation": "not n't never nt cannot",
    NUMBER: "two three four five six seven eight nine ten hundred thousand million",
}
_CLASS = {word: name for name, words in _WORDS.items() for word in words.split()}
CLASSES = (*_WORDS, PUNCTUATION, OTHER, MASK, ADDED)
"""Their names, those of words first."""


class WordClass(NamedTuple):
    """How often words of a class are in the sentences, and the mean over sentences of what they
    add together to Q, with its standard error."""

    name: str
    tokens: int
    sentences: int
    influence: float
    error: float


class Between(NamedTuple):
    """What patterns carry through a head from tokens of one class to those of another: in the mean
    of all sentences, whatever for."""

    source: str
    target: str
    size: float


def class_of(word: str) -> str:
    """The class of a word."""
    word = word.strip().lower().replace("’", "'")
    if word in _CLASS:
        return _CLASS[word]
    if not any(letter.isalnum() for letter in word):
        return PUNCTUATION
    return NUMBER if any(letter.isdigit() for letter in word) else OTHER


def classes_of(
    tokens: Sequence[str], words: Sequence[int], targets: Sequence[int]
) -> tuple[str, ...]:
    """The class of each token, of pieces that of their word. `words` numbers the word of each,
    −1 where it is none: there it is a mask, at a place among the `targets`, or was added."""
    whole: dict[int, str] = {}
    for token, word in zip(tokens, words, strict=True):
        whole[word] = whole.get(word, "") + bare(token)
    return tuple(
        class_of(whole[word]) if word >= 0 else MASK if place in targets or _mask(token) else ADDED
        for place, (token, word) in enumerate(zip(tokens, words, strict=True))
    )


def bare(token: str) -> str:
    """A token without what marks it as a piece or as the beginning of a word."""
    return token.removeprefix("##").lstrip("▁Ġ").removesuffix("</w>")


def _mask(token: str) -> bool:
    return token.strip("[]<>").lower() == "mask"
