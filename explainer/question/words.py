"""Which tokens a word of the text stands for, as it is shown and clicked."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.models.model import Model
from explainer.question.sentence import Span, read_sentence, word_spans


def tokens_of_words(
    model: Model, text: str, pair: str | None = None
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For the text, and for a second one, of each of its `word_spans` the positions of the tokens.

    Raises ExplainerError for a text that cannot be read.
    """
    sentence = read_sentence(model, text, pair)
    found = []
    for number, read in enumerate(sentence.texts):
        inside = [
            span if part == number else (0, 0)
            for part, span in zip(sentence.parts, sentence.spans, strict=True)
        ]
        found.append(by_word(word_spans(model, read), inside))
    return tuple(found)


def by_word(words: Sequence[Span], tokens: Sequence[Span]) -> tuple[tuple[int, ...], ...]:
    """For each word the positions of its tokens; both are spans of one text, in its order."""
    found: list[list[int]] = [[] for _ in words]
    number = 0
    for position, (start, end) in enumerate(tokens):
        if start == end:
            continue
        while number + 1 < len(words) and start >= words[number][1]:
            number += 1
        if words[number][0] <= start < words[number][1]:
            found[number].append(position)
    return tuple(map(tuple, found))
