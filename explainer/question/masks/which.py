"""Which masks of a text are asked about, and the word that is asked about at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from explainer.base.checks import whole
from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted
from explainer.base.quote import shown
from explainer.question.sentence import Sentence

Word = str | int
Words = Word | Sequence[Word | None]
"""A word, or one for each mask that is asked about; None leaves that one to the model."""


def at_mask(sentence: Sentence, number: int) -> Sentence:
    """The sentence with one mask to ask about, number `number` (from 0) of those it has."""
    return replace(sentence, slots=(sentence.slots[number],))


def counted_masks(sentence: Sentence) -> str:
    """How many masks are asked about: `2 [MASK]`."""
    start, stop = sentence.spans[sentence.masks[0]]
    return f"{len(sentence.slots)} {sentence.text[start:stop]}"


def each_mask(sentence: Sentence) -> tuple[Sentence, ...]:
    """The sentence once for each of its masks, with that one to ask about."""
    return tuple(at_mask(sentence, number) for number in range(len(sentence.slots)))


def asked_masks(sentence: Sentence, mask: Any) -> Sentence:
    """The sentence with mask number `mask` to ask about, where the first is 1; with all for None.

    Raises ExplainerError for a number that none has.
    """
    if mask is None:
        return sentence
    return at_mask(sentence, whole("number of the mask", mask, 1, len(sentence.slots)) - 1)


def for_each_mask(sentence: Sentence, given: Any, which: str) -> tuple[Word | None, ...]:
    """The word at each mask that is asked about, of what was `given` for the `which` word.

    None leaves it to the model. Raises ExplainerError for words of which there is not one a mask.
    """
    count = len(sentence.slots)
    if given is None:
        return (None,) * count
    if not isinstance(given, list | tuple):
        if count == 1:
            return (given,)
        asked = (
            f"The text has {counted_masks(sentence)}, and one {which} word was given, "
            f"{shown(given)}: give a word for each of them, or"
        )
        raise ExplainerError(
            f"{asked} the number of the one that is meant (--mask, from Python mask=).",
            on_page=f"{asked} choose the one that is meant.",
        )
    if len(given) != count:
        verb = "was" if len(given) == 1 else "were"
        raise ExplainerError(
            f"The text has {counted_masks(sentence)} to ask about, and "
            f"{counted(len(given), f'{which} word')} {verb} given: give one for each."
        )
    return tuple(given)
