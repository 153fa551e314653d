"""A text as it is read for a question: with a mask for each piece of the words asked about."""

from __future__ import annotations

from explainer.base.errors import ExplainerError, UnlikeWordsError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.contrast import contrast_ids
from explainer.question.masks.spread import with_masks
from explainer.question.masks.which import (
    Word,
    Words,
    asked_masks,
    each_mask,
    for_each_mask,
)
from explainer.question.quantity import Contrast
from explainer.question.sentence import Sentence, read_sentence


def read_asked(
    model: Model, text: str, pair: str | None = None, contrast: Contrast | None = None
) -> Sentence:
    """`read_sentence` with a mask for each piece of the words that are asked about.

    Raises ExplainerError for two words of different numbers of pieces.
    """
    return asked_in(model, read_sentence(model, text, pair), contrast)


def asked_in(model: Model, sentence: Sentence, contrast: Contrast | None) -> Sentence:
    """The same for a sentence that has been read, with one token for each mask."""
    if model.info.task != "masked-lm" or contrast is None:
        return sentence
    sentence = asked_masks(sentence, contrast.mask)
    right = for_each_mask(sentence, contrast.correct, "correct")
    wrong = for_each_mask(sentence, contrast.wrong, "wrong")
    sizes = [
        _size(model, at, *words)
        for at, *words in zip(each_mask(sentence), right, wrong, strict=True)
    ]
    return with_masks(model, sentence, sizes)


def _size(model: Model, sentence: Sentence, correct: Word | None, wrong: Word | None) -> int:
    """Of how many pieces the words at the sentence's mask are."""
    typed = [word for word in (correct, wrong) if word is not None]
    sizes = [len(contrast_ids(model, sentence, word)) for word in typed]
    if len(set(sizes)) > 1:
        one, other = (quote(str(word)) for word in typed)
        raise UnlikeWordsError(
            f"{one} and {other} are {sizes[0]} and {sizes[1]} word pieces for this model, and each "
            "piece needs a mask of its own"
        )
    if not sizes or sizes[0] == 1:
        return 1
    if correct is None:
        raise ExplainerError(
            f"The wrong word {quote(str(typed[0]))} is {sizes[0]} word pieces for this model, and "
            "for so many the model names no word of its own: give the correct word too."
        )
    return sizes[0]


def read_for_word(model: Model, text: str, word: Words, mask: int | None = None) -> Sentence:
    """The text with a mask for each piece of one word of a masked LM, or of one for each mask.

    Raises ExplainerError for a model that predicts no words.
    """
    sentence = read_sentence(model, text)
    if model.info.task != "masked-lm":
        raise ExplainerError(
            f"Words were given, but {quote(model.info.name)} predicts none: load a masked language "
            "model."
        )
    sentence = asked_masks(sentence, mask)
    words = for_each_mask(sentence, word, "correct")
    if None in words:
        raise ExplainerError(
            "A word of its own sentence is missing at a mask: give one for each mask."
        )
    sizes = [
        len(contrast_ids(model, at, one))
        for at, one in zip(each_mask(sentence), words, strict=True)
        if one is not None
    ]
    return with_masks(model, sentence, sizes)
