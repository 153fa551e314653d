"""A sentence with as many masks in the place of its one as a word has pieces."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from explainer.base.errors import TooLongError
from explainer.models.model import Model
from explainer.question.sentence import Sentence

One = TypeVar("One")


def with_masks(model: Model, sentence: Sentence, count: int) -> Sentence:
    """The sentence with `count` masks, one behind the other, for its only one.

    Raises ExplainerError where the model does not read so many tokens.
    """
    (at,) = sentence.masks
    start, stop = sentence.spans[at]
    mask = sentence.text[start:stop]
    n_tokens = len(sentence.tokens) + count - 1
    if n_tokens > model.max_tokens:
        raise TooLongError(
            f"The text is {n_tokens:,} tokens long with {count} {mask}, one for "
            f"each piece of the word, but the model reads at most {model.max_tokens:,}: "
            "shorten it to its start, its end or what is around the mask, or choose a word of "
            "fewer pieces."
        )

    def repeated(every: tuple[One, ...]) -> tuple[One, ...]:
        return every[:at] + (every[at],) * count + every[at + 1 :]

    longer = (count - 1) * len(mask)
    masks = [(start + k * len(mask), stop + k * len(mask)) for k in range(count)]
    behind = [(a, b) if b == 0 else (a + longer, b + longer) for a, b in sentence.spans[at + 1 :]]
    return replace(
        sentence,
        text=sentence.text[:start] + mask * count + sentence.text[stop:],
        token_ids=repeated(sentence.token_ids),
        tokens=repeated(sentence.tokens),
        special=repeated(sentence.special),
        words=repeated(sentence.words),
        masks=tuple(range(at, at + count)),
        spans=(*sentence.spans[:at], *masks, *behind),
        parts=repeated(sentence.parts),
        segments=repeated(sentence.segments),
    )
