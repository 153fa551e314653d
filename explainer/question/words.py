"""Which tokens a word of the text stands for, as it is shown and clicked."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.models.model import Model
from explainer.question.sentence import Span, read_sentence, word_spans


def tokens_of_words(model: Model, text: str) -> tuple[tuple[int, ...], ...]:
    """For each of the text's `word_spans` the positions of its tokens, in order.

    Raises ExplainerError for a text that cannot be read.
    """
    sentence = read_sentence(model, text)
    typed = [
        (0, 0) if added else span
        for added, span in zip(sentence.special, sentence.spans, strict=True)
    ]
    return by_word(word_spans(model, sentence.text), typed)


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
