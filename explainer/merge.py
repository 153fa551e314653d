"""Word pieces as one word: an explanation whose rows are words instead of tokens.

Influence adds: a word's g, and all that flows between two words, is the sum over their pieces.
Patterns of its pieces that take the same way between words become one, which carries their sum;
pieces that take different ways keep a pattern each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explainer.pattern import Component, Explanation, Level, Node, Pattern, Place, TotalFlow

CONTINUES = "##"
"""How a token starts that goes on a word, whatever the tokenizer (see `pieces`)."""
SPECIAL = frozenset(
    ("[CLS]", "[SEP]", "[MASK]", "[PAD]", "<s>", "</s>", "<mask>", "<pad>"),
)
"""Tokens that are no words; nobody can type one, for reading a sentence refuses them."""

Way = tuple[int, tuple[int, ...], tuple[Component, ...]]


def special_positions(explanation: Explanation) -> frozenset[int]:
    """The positions of [CLS], [SEP] and [MASK], however the model spells them."""
    return frozenset(i for i, token in enumerate(explanation.tokens) if token in SPECIAL)


@dataclass(frozen=True, eq=False)
class Words:
    """The words of `source`: `rows` has each token's word, `explanation` has words for tokens."""

    source: Explanation
    rows: tuple[int, ...]
    explanation: Explanation

    def way(self, pattern: Pattern) -> Way:
        """The way of a token's pattern, in words."""
        nodes = tuple(self.rows[node] for node in pattern.nodes)
        return self.rows[pattern.source], nodes, pattern.components

    @staticmethod
    def way_of(merged: Pattern) -> Way:
        """The way of a pattern of `explanation`."""
        return merged.source, merged.nodes, merged.components

    def row(self, position: int) -> int:
        """The word at a token's position; −1 for a position that there is not."""
        return self.rows[position] if 0 <= position < len(self.rows) else -1

    def place(self, place: Place) -> Place:
        """A node or step of tokens, in words."""
        if isinstance(place, Node):
            return place._replace(position=self.row(place.position))
        return place._replace(source=self.row(place.source), target=self.row(place.target))

    def pieces(self, word: int) -> tuple[int, ...]:
        """The positions of a word's pieces that have a pattern, in the sentence's order."""
        return tuple(sorted(p.source for p in self.source.patterns if self.rows[p.source] == word))

    def strongest(self, word: int) -> int:
        """The position of the word's piece with the most influence."""
        return max(self.pieces(word), key=lambda i: abs(self.source.influence[i]))

    def passing(self, place: Place, level: Level) -> tuple[Pattern, ...]:
        """The tokens' patterns that pass a place of words, strongest first."""
        found = [p for p in self.source.patterns if self.on_words(p).passes(place, level)]
        return tuple(sorted(found, key=lambda p: -abs(p.value(level))))

    def on_words(self, pattern: Pattern) -> Pattern:
        """A token's pattern with its nodes in words."""
        source, nodes, _ = self.way(pattern)
        return replace(pattern, source=source, nodes=nodes)


def merge_pieces(explanation: Explanation) -> Words:
    """The explanation with words in place of word pieces."""
    rows = word_rows(explanation.tokens)
    count = rows[-1] + 1 if rows else 0
    words = [""] * count
    g = [0.0] * count
    for row, token, influence in zip(rows, explanation.tokens, explanation.influence, strict=True):
        words[row] += token.removeprefix(CONTINUES) if words[row] else token
        g[row] += influence
    target = explanation.target
    merged = replace(
        explanation,
        tokens=tuple(words),
        target=replace(target, position=rows[target.position]),
        influence=tuple(g),
        flow=explanation.flow and _flow(explanation.flow, rows, count),
    )
    found = Words(explanation, rows, merged)
    ways: dict[Way, list[Pattern]] = {}
    for pattern in explanation.patterns:
        ways.setdefault(found.way(pattern), []).append(pattern)
    patterns = [_together(words[way[0]], way, members) for way, members in ways.items()]
    patterns.sort(key=lambda p: -abs(p.influence))
    return replace(found, explanation=replace(merged, patterns=tuple(patterns)))


def word_rows(tokens: Sequence[str]) -> tuple[int, ...]:
    """The number of each token's word."""
    rows: list[int] = []
    for at, token in enumerate(tokens):
        goes_on = at > 0 and len(token) > len(CONTINUES) and token.startswith(CONTINUES)
        goes_on = goes_on and tokens[at - 1] not in SPECIAL
        rows.append(rows[-1] + (not goes_on) if rows else 0)
    return tuple(rows)


def _together(word: str, way: Way, members: list[Pattern]) -> Pattern:
    """The sum of the patterns of pieces that take one way."""
    source, nodes, components = way
    return Pattern(
        source=source,
        token=word,
        influence=sum(p.influence for p in members),
        nodes=nodes,
        embedding_influence=sum(p.embedding_influence for p in members),
        embedding_trail=_sums([p.embedding_trail for p in members]),
        components=components,
        attention_influence=sum(p.attention_influence for p in members),
        attention_trail=_sums([p.attention_trail for p in members]),
    )


def _sums(trails: list[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(map(sum, zip(*trails, strict=True)))


def _flow(flow: TotalFlow, rows: Sequence[int], count: int) -> TotalFlow:
    """All flow between words; it stays conserved."""
    first = [rows.index(row) for row in range(count)]

    def summed(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, first, axis=axis))

    return TotalFlow(summed(flow.skip, 1), summed(summed(flow.heads, 2), 3))
