"""A sentence with as many masks in the place of each as the word there has pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from explainer.base.errors import TooLongError
from explainer.models.model import Model
from explainer.question.sentence import Sentence, Span

One = TypeVar("One")


def with_masks(model: Model, sentence: Sentence, counts: Sequence[int]) -> Sentence:
    """The sentence with so many masks, one behind the other, for each that is asked about.

    Raises ExplainerError where the model does not read so many tokens.
    """
    if all(count == 1 for count in counts):
        return sentence
    places = spread(sentence, counts)
    n_tokens = places[-1][-1] + 1
    if n_tokens > model.max_tokens:
        start, stop = sentence.spans[sentence.masks[0]]
        mask = sentence.text[start:stop]
        raise TooLongError(
            f"The text is {n_tokens:,} tokens long with {sum(counts)} {mask}, one for each "
            f"piece of the word, but the model reads at most {model.max_tokens:,}: shorten it to "
            "its start, its end or what is around the mask, or choose a word of fewer pieces."
        )

    def repeated(every: Sequence[One]) -> tuple[One, ...]:
        return tuple(one for one, new in zip(every, places, strict=True) for _ in new)

    text, spans = _spread_text(sentence, [len(new) for new in places])
    return replace(
        sentence,
        text=text,
        token_ids=repeated(sentence.token_ids),
        tokens=repeated(sentence.tokens),
        special=repeated(sentence.special),
        words=repeated(sentence.words),
        slots=tuple(places[at] for at in sentence.masks),
        spans=spans,
        parts=repeated(sentence.parts),
        segments=repeated(sentence.segments),
    )


def spread(sentence: Sentence, counts: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """For each token of a sentence the positions that stand for it once its masks are so many."""
    many = dict(zip(sentence.masks, counts, strict=True))
    found, first = [], 0
    for at in range(len(sentence.tokens)):
        count = many.get(at, 1)
        found.append(tuple(range(first, first + count)))
        first += count
    return tuple(found)


def _spread_text(sentence: Sentence, counts: Sequence[int]) -> tuple[str, tuple[Span, ...]]:
    """The text with each token's characters so many times, and the spans of all of them."""
    parts, spans = [], []
    read, longer = 0, 0
    for (start, stop), count in zip(sentence.spans, counts, strict=True):
        width = stop - start
        for copy in range(count):
            moved = longer + copy * width
            spans.append((start + moved, stop + moved) if stop else (start, stop))
        if count > 1:
            parts += [sentence.text[read:start], sentence.text[start:stop] * count]
            read, longer = stop, longer + (count - 1) * width
    return "".join((*parts, sentence.text[read:])), tuple(spans)
