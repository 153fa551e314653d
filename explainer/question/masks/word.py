"""Q of a masked word: two words at the mask, or the pieces of one, each at a mask of its own."""

from __future__ import annotations

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.contrast import contrast_id, contrast_ids, named, spelled
from explainer.question.predictions import best_words, logits_of
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.rival import rival_of
from explainer.question.sentence import Sentence


def masked_word(
    model: Model, sentence: Sentence, correct: str | int | None, wrong: str | int | None
) -> Quantity:
    """logit(correct) − logit(wrong) at the mask; of words of several pieces log P, piece by piece.

    Without `correct` it is the model's likeliest word; without `wrong` the rival that one would ask
    about (`rival`), and none where `correct` has several pieces. The difference of two logits is
    that of their log-probabilities.
    """
    if len(sentence.masks) > 1:
        assert correct is not None, "a sentence has several masks for the correct word's pieces"
        return log_probability(model, sentence, correct, wrong)
    (position,) = sentence.masks
    right, rival = (
        None if word is None else contrast_id(model, sentence, word) for word in (correct, wrong)
    )
    if right is None or rival is None:
        logits = logits_of(model, sentence)
        if right is None:
            best = best_words(model, logits, 1, set() if rival is None else {rival})
            right = best[0] if best else None
        if rival is None and right is not None:
            rival = rival_of(model, sentence, logits, right)
        if right is None or rival is None:
            raise ExplainerError(
                "The model's vocabulary has not two words to contrast: load another model."
            )
    classes = (right, rival)
    names = [spelled(model, sentence, number) for number in classes]
    if classes[0] == classes[1]:
        raise _same(names[0])
    return Quantity((position,), Logits(classes, (1.0, -1.0)), names[0], names[1])


def log_probability(
    model: Model, sentence: Sentence, correct: str | int, wrong: str | int | None = None
) -> Quantity:
    """log P(correct), less log P(wrong) where it is given, each piece at a mask of its own.

    The sentence has as many masks as each of the words has pieces.
    """
    typed = [correct] if wrong is None else [correct, wrong]
    words = tuple(contrast_ids(model, sentence, word) for word in typed)
    names = [named(model, sentence, *both) for both in zip(typed, words, strict=True)]
    if len(words) > 1 and words[0] == words[1]:
        raise _same(names[0])
    readout = LogProbability(words, (1.0, -1.0)[: len(words)])
    return Quantity(sentence.masks, readout, names[0], names[1] if len(names) > 1 else None)


def _same(name: str) -> ExplainerError:
    return ExplainerError(
        f"The correct word and the wrong word are the same to the model, {quote(name)}: give two "
        "different words."
    )
