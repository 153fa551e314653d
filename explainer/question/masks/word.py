"""Q of masked words: two at the mask, the pieces of one, or words at several masks together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.contrast import asked, contrast_id, contrast_ids, named, spelled
from explainer.question.masks.which import Word, Words, each_mask, for_each_mask
from explainer.question.predictions import best_words, logits_of
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.rival import rival_of
from explainer.question.sentence import Sentence
from explainer.results.target import Reading

BETWEEN = " … "
"""What stands between words at several masks, where they are written as one."""


@dataclass(frozen=True)
class Chosen:
    """The pieces of the words that one mask stands for, and what people call each; the second may
    be nothing."""

    right: tuple[int, ...]
    wrong: tuple[int, ...] | None
    names: tuple[str, str | None]


def masked_word(
    model: Model, sentence: Sentence, correct: Words | None, wrong: Words | None
) -> Quantity:
    """logit(correct) − logit(wrong) at the mask; of words of several pieces log P, piece by piece.

    Without `correct` it is the model's likeliest word; without `wrong` the rival that one would ask
    about (`rival`), and none where `correct` has several pieces. The difference of two logits is
    that of their log-probabilities. At several masks it is that of a word each, added up over the
    masks, all of them masked together.
    """
    rights = for_each_mask(sentence, correct, "correct")
    wrongs = for_each_mask(sentence, wrong, "wrong")
    every = [
        _chosen(model, *asked) for asked in zip(each_mask(sentence), rights, wrongs, strict=True)
    ]
    names = BETWEEN.join(one.names[0] for one in every)
    rivals = [one.wrong for one in every if one.wrong is not None]
    right = tuple(chain.from_iterable(one.right for one in every))
    if len(rivals) < len(every):
        if any(word is not None for word in wrongs):
            number = next(place for place, one in enumerate(every, start=1) if one.wrong is None)
            raise ExplainerError(
                f"The correct word {quote(every[number - 1].names[0])} is several word pieces for "
                "this model, which names no rival for so many: give a wrong word for each mask, "
                "or for none."
            )
        reads = _at_each(model, sentence, right)
        return Quantity(sentence.masks, LogProbability((right,), (1.0,)), names, None, reads)
    other = tuple(chain.from_iterable(rivals))
    if right == other:
        raise _same(names, several=len(every) > 1)
    rival = BETWEEN.join(str(one.names[1]) for one in every)
    if len(right) == 1:
        return Quantity(sentence.masks, Logits((*right, *other), (1.0, -1.0)), names, rival)
    readout = LogProbability((right, other), (1.0, -1.0))
    return Quantity(sentence.masks, readout, names, rival, _at_each(model, sentence, right, other))


def log_probability(model: Model, sentence: Sentence, words: Words) -> Quantity:
    """log P of a word, or of one at each mask, each piece at a mask of its own.

    The sentence has as many masks as each of the words has pieces.
    """
    given = for_each_mask(sentence, words, "correct")
    masks = list(zip(each_mask(sentence), given, strict=True))
    pieces = [contrast_ids(model, at, word) for at, word in masks if word is not None]
    names = [
        named(model, at, word, ids)
        for (at, word), ids in zip(masks, pieces, strict=True)
        if word is not None
    ]
    every = tuple(chain.from_iterable(pieces))
    readout, reads = LogProbability((every,), (1.0,)), _at_each(model, sentence, every)
    return Quantity(sentence.masks, readout, BETWEEN.join(names), None, reads)


def _at_each(
    model: Model, sentence: Sentence, right: tuple[int, ...], wrong: tuple[int, ...] | None = None
) -> tuple[Reading, ...]:
    """The piece of each word at each of several masks, as people read it there."""
    if len(sentence.masks) == 1:
        return ()
    at = [replace(sentence, slots=((mask,),)) for mask in sentence.masks]
    first, second = (
        [None] * len(at)
        if ids is None
        else [spelled(model, one, number) for one, number in zip(at, ids, strict=True)]
        for ids in (right, wrong)
    )
    return tuple(zip(first, second, strict=True))


def asked_words(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    correct: Words | None,
    wrong: Words | None,
) -> tuple[Words, ...]:
    """What `explain` takes for exactly the words of a quantity that was asked by these.

    At several masks it is a tuple of words.
    """
    readout = quantity.readout
    words = readout.words if isinstance(readout, LogProbability) else zip(readout.classes)
    found: list[Words] = []
    for pieces, typed, which in zip(words, (correct, wrong), ("correct", "wrong"), strict=False):
        given = for_each_mask(sentence, typed, which)
        each: list[Word | None] = []
        numbers = iter(pieces)
        for at, word in zip(each_mask(sentence), given, strict=True):
            own = [next(numbers) for _ in at.masks]
            each.append(asked(model, at, own[0]) if len(own) == 1 else word)
        found.append(tuple(each) if len(each) > 1 else str(each[0]))
    return tuple(found)


def _chosen(model: Model, sentence: Sentence, correct: Word | None, wrong: Word | None) -> Chosen:
    """The words at the only mask of a sentence, which has one for each of their pieces."""
    if len(sentence.masks) > 1:
        assert correct is not None, "a sentence has several masks for the correct word's pieces"
        right = contrast_ids(model, sentence, correct)
        if wrong is None:
            return Chosen(right, None, (named(model, sentence, correct, right), None))
        other = contrast_ids(model, sentence, wrong)
        called = (named(model, sentence, correct, right), named(model, sentence, wrong, other))
        return Chosen(right, other, called)
    numbers = _two_words(model, sentence, correct, wrong)
    first, second = (spelled(model, sentence, number) for number in numbers)
    return Chosen(numbers[:1], numbers[1:], (first, second))


def _two_words(
    model: Model, sentence: Sentence, correct: Word | None, wrong: Word | None
) -> tuple[int, int]:
    """Two pieces of the vocabulary at the mask, chosen where they are not given."""
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
    return right, rival


def _same(name: str, *, several: bool) -> ExplainerError:
    word, give = ("words", "different ones") if several else ("word", "two different words")
    return ExplainerError(
        f"The correct {word} and the wrong {word} are the same to the model, {quote(name)}: give "
        f"{give}."
    )
