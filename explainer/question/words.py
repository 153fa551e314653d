"""Which tokens a word of the text stands for, as it is shown and clicked."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.question.sentence import Span


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
