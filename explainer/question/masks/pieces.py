"""The pieces of a word that has several, in the place of the mask."""

from __future__ import annotations

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.question.mask import MASK_SPELLINGS
from explainer.question.sentence import Sentence
from explainer.question.vocabulary import Vocabulary


def filled(sentence: Sentence, word: str) -> tuple[str, int]:
    """The text with a word for the only mask that is asked about, and where the word begins.

    Where that stands for several pieces, the word takes the place of all of them.
    """
    (slot,) = sentence.slots
    start, _ = sentence.spans[slot[0]]
    _, stop = sentence.spans[slot[-1]]
    return sentence.text[:start] + word + sentence.text[stop:], start


def pieces_in_place(vocabulary: Vocabulary, sentence: Sentence, word: str) -> tuple[int, ...]:
    """The ids of the pieces that stand where the sentence's mask is, once the word is put there.

    All tokens around them must stay what they are. Raises ExplainerError where they do not, and
    for a word with a mask, a special token or something unknown in it.
    """
    name = f"The contrast word {quote(word)}"
    if MASK_SPELLINGS.search(word):
        raise ExplainerError(f"{name} has a mask in it: give the whole word.")
    text, _ = filled(sentence, word)
    ids = tuple(vocabulary.encode(text).ids)
    before, behind = _around(vocabulary, sentence, ids)
    pieces = ids[len(before) : len(ids) - len(behind)]
    if len(pieces) < 2 or ids != (*before, *pieces, *behind):
        raise ExplainerError(
            f"{name} does not stay apart from what is beside the mask, so that its pieces are not "
            "its own: put spaces around the mask where there are none, or choose another word."
        )
    if special := [number for number in pieces if number in vocabulary.special]:
        if vocabulary.unknown in special:
            raise ExplainerError(
                f"{name} is not in this model's vocabulary as a whole: choose another."
            )
        raise ExplainerError(
            f"{name} has the special token {vocabulary.token(special[0])} in it, which is no word: "
            "choose a word."
        )
    return pieces


def _around(
    vocabulary: Vocabulary, sentence: Sentence, ids: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tokens before the sentence's masks and behind them.

    A space that is a piece of its own before a mask may become a part of the word.
    """
    before = sentence.token_ids[: sentence.masks[0]]
    behind = sentence.token_ids[sentence.masks[-1] + 1 :]
    space = before and not vocabulary.scheme.text(vocabulary.token(before[-1]))
    if space and ids[: len(before)] != before:
        before = before[:-1]
    return before, behind
