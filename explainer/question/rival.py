"""The rival of a masked word where nobody names one: what one would ask it against.

1. the same word in another number, person or gender, such as `is` for `are`, `girls` for `girl`,
   `herself` for `himself`: of several the one that the model finds likeliest here;
2. else the likeliest word of the same kind: a word for a word, a number for a number, a piece that
   goes on a word for another such, and no mark of punctuation.

The first knows English. A regular ending alone would make pairs such as `good` and `goods`: such a
form counts where the model finds it likely enough in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from explainer.models.model import Model
from explainer.question.contrast import piece_in_place
from explainer.question.english import irregular, regular
from explainer.question.pieces import CONTINUES
from explainer.question.predictions import best_words
from explainer.question.sentence import Sentence
from explainer.question.vocabulary import Vocabulary, vocabulary_of

LIKELY = 3000
"""A regular form counts among so many of the likeliest words: of verbs and nouns the other number,
which the model finds wrong here, is among them, `goods` after `the film is` is not."""


def rival_of(model: Model, sentence: Sentence, logits: Tensor, number: int) -> int | None:
    """The number of the rival of the word `number`; None in a vocabulary without any other word.

    `logits` [word] are the model's at the mask.
    """
    vocabulary = vocabulary_of(model)
    word = vocabulary.alone(number)
    others = _pieces(model, sentence, irregular(word))
    found = max(others - {number}, key=lambda n: float(logits[n]), default=None)
    if found is not None:
        return found
    likely = best_words(model, logits, LIKELY, {number})
    forms = _pieces(model, sentence, regular(word))
    kind = _kind(vocabulary, number)
    alike = (n for n in likely if _kind(vocabulary, n) == kind != MARK)
    words = (n for n in likely if _kind(vocabulary, n) != MARK)
    same = (n for n in likely if n in forms)
    return next(same, None) or next(alike, None) or next(words, None) or next(iter(likely), None)


def _pieces(model: Model, sentence: Sentence, words: Iterator[str]) -> set[int]:
    """The numbers of those of some words that are one piece in the mask's place."""
    found = (piece_in_place(model, sentence, word) for word in words)
    return {number for number in found if number is not None}


Kind = tuple[bool, str]
MARK: Kind = (False, "mark")


def _kind(vocabulary: Vocabulary, number: int) -> Kind:
    """Whether a piece goes on a word, and whether it is a word or a number; marks are all alike."""
    written = vocabulary.alone(number)
    bare = written.removeprefix(CONTINUES).removesuffix(CONTINUES)
    if any(character.isalpha() for character in bare):
        return written != bare, "word"
    if any(character.isnumeric() for character in bare):
        return written != bare, "number"
    return MARK
