"""Which tokens a word of the text stands for, as it is shown and clicked."""

from __future__ import annotations

from explainer.models.model import Model
from explainer.question.sentence import read_sentence, word_spans


def tokens_of_words(model: Model, text: str) -> tuple[tuple[int, ...], ...]:
    """For each of the text's `word_spans` the positions of its tokens, in order.

    Raises ExplainerError for a text that cannot be read.
    """
    sentence = read_sentence(model, text)
    spans = word_spans(model, sentence.text)
    found: list[list[int]] = [[] for _ in spans]
    number = 0
    for position, (start, end) in enumerate(sentence.spans):
        if sentence.special[position] or start == end:
            continue
        while number + 1 < len(spans) and start >= spans[number][1]:
            number += 1
        if spans[number][0] <= start < spans[number][1]:
            found[number].append(position)
    return tuple(map(tuple, found))
