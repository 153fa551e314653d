"""Word pieces as one word: an explanation whose rows are words instead of tokens.

Influence adds: a word's g, and all that flows between two words, is the sum over their pieces.
Patterns of its pieces that take the same route between words become one, which carries their sum;
pieces that take different routes keep a pattern each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from explainer.results.explanation import Explanation
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import Level, Node, Place, Route
from explainer.results.target import Reading, Target
from explainer.results.total_flow import TotalFlow

CONTINUES = "##"
"""How a token starts that goes on a word, whatever the tokenizer (see `pieces`)."""
NO_LETTERS = ("\N{OPEN BOX}", "##\N{MIDLINE HORIZONTAL ELLIPSIS}")
"""Pieces that add nothing to a word's name: its leading space, and the rest of a character."""
SPECIAL = frozenset(
    ("[CLS]", "[SEP]", "[MASK]", "[PAD]", "<s>", "</s>", "<mask>", "<pad>"),
)
"""Tokens that are no words, where the file does not tell: nobody can type one."""


def special_positions(explanation: Explanation) -> frozenset[int]:
    """The positions of [CLS], [SEP] and [MASK], however the model spells them."""
    if explanation.words is not None:
        return frozenset(i for i, word in enumerate(explanation.words) if word is None)
    return frozenset(i for i, token in enumerate(explanation.tokens) if token in SPECIAL)


@dataclass(frozen=True, eq=False)
class OfWords(Explanation):
    """An explanation whose rows are words: `at` has the position of each one's first token."""

    at: tuple[int, ...] = ()


def token_at(explanation: Explanation, row: int) -> int:
    """The position of a row's token, of a word its first: the number by which it is called."""
    return explanation.at[row] if isinstance(explanation, OfWords) else row


@dataclass(frozen=True, eq=False)
class Merged:
    """The words of `source`: `rows` has each token's word, `explanation` has words for tokens."""

    source: Explanation
    rows: tuple[int, ...]
    explanation: Explanation

    def route(self, pattern: Pattern) -> Route:
        """The route of a token's pattern, in words."""
        return _route(self.rows, pattern)

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
        return replace(pattern, nodes=self.route(pattern).nodes)


def has_pieces(explanation: Explanation) -> bool:
    """Whether a word of the sentence has several tokens."""
    tokens, words = explanation.tokens, explanation.words
    return any(_goes_on(tokens, words, at) for at in range(1, len(tokens)))


def merge_pieces(explanation: Explanation) -> Merged:
    """The explanation with words in place of word pieces."""
    rows = word_rows(explanation.tokens, explanation.words)
    count = rows[-1] + 1 if rows else 0
    words = word_names(explanation.tokens, rows)
    special = {rows[position] for position in special_positions(explanation)}
    g = [0.0] * count
    for row, influence in zip(rows, explanation.influence, strict=True):
        g[row] += influence
    alike: dict[Route, list[Pattern]] = {}
    for pattern in explanation.patterns:
        alike.setdefault(_route(rows, pattern), []).append(pattern)
    patterns = [_together(words, route, members) for route, members in alike.items()]
    target = explanation.target
    texts = explanation.texts
    first = [rows.index(row) for row in range(count)]
    same = {one.name: getattr(explanation, one.name) for one in fields(Explanation)}
    merged = replace(
        OfWords(**same, at=tuple(token_at(explanation, position) for position in first)),
        tokens=words,
        words=tuple(None if row in special else row for row in range(count)),
        target=_target(target, rows),
        influence=tuple(g),
        patterns=tuple(sorted(patterns, key=lambda p: -abs(p.influence))),
        flow=explanation.flow and _flow(explanation.flow, rows, count),
        texts=texts and tuple(texts[position] for position in first),
        strongest=None,  # which counts tokens; the source tells it
    )
    return Merged(explanation, rows, merged)


def _target(target: Target, rows: Sequence[int]) -> Target:
    """The target in words; what is read at several tokens of one is read at it."""
    read: dict[int, list[Reading]] = {rows[at]: [] for at in target.positions}
    for at, one in zip(target.positions, target.reads, strict=False):
        read[rows[at]].append(one)
    every = read.values() if target.reads else ()
    reads = tuple((_joined(a for a, _ in one), _joined(b for _, b in one)) for one in every)
    return replace(target, positions=tuple(read), reads=reads)


def _joined(parts: Iterable[str | None]) -> str | None:
    return " and ".join(part for part in parts if part is not None) or None


def _route(rows: Sequence[int], pattern: Pattern) -> Route:
    """The route of a token's pattern, in words."""
    return Route(tuple(rows[node] for node in pattern.nodes), pattern.components)


def word_rows(tokens: Sequence[str], words: Sequence[int | None] | None = None) -> tuple[int, ...]:
    """The row of each token's word, from the tokenizer's `words` or else from the spelling."""
    rows: list[int] = []
    for at in range(len(tokens)):
        rows.append(rows[-1] + (not _goes_on(tokens, words, at)) if rows else 0)
    return tuple(rows)


def _goes_on(tokens: Sequence[str], words: Sequence[int | None] | None, at: int) -> bool:
    """Whether a token is of the same word as the one before it."""
    if words is not None:
        return words[at] is not None and words[at] == words[at - 1]
    token = tokens[at]
    marked = len(token) > len(CONTINUES) and token.startswith(CONTINUES)
    return marked and tokens[at - 1] not in SPECIAL


def word_names(tokens: Sequence[str], rows: Sequence[int]) -> tuple[str, ...]:
    """The words' names: their pieces without marks, one after the other."""
    pieces: list[list[str]] = [[] for _ in range(rows[-1] + 1 if rows else 0)]
    for row, token in zip(rows, tokens, strict=True):
        pieces[row].append(token)
    return tuple(
        word[0]
        if len(word) == 1
        else "".join(
            (token if at == 0 else token.removeprefix(CONTINUES))
            for at, token in enumerate(word)
            if token not in NO_LETTERS
        )
        for word in pieces
    )


def _together(words: Sequence[str], route: Route, members: list[Pattern]) -> Pattern:
    """The sum of the patterns of pieces that take one route, without the candidates of each."""
    return Pattern(
        nodes=route.nodes,
        components=members[0].components,
        token=words[route.source],
        influence=sum(p.influence for p in members),
        embedding_influence=sum(p.embedding_influence for p in members),
        embedding_trail=_sums([p.embedding_trail for p in members]),
        attention_influence=sum(p.attention_influence for p in members),
        attention_trail=_sums([p.attention_trail for p in members]),
        attention_parts=_parts([p.attention_parts for p in members]),
    )


def _parts(every: list[tuple[HeadParts | None, ...]]) -> tuple[HeadParts | None, ...]:
    """The parts of patterns by the same heads, added up; none where one does not know its own."""
    if not all(every):
        return ()
    return tuple(HeadParts.together(step) for step in zip(*every, strict=True))


def _sums(trails: list[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(map(sum, zip(*trails, strict=True)))


def _flow(flow: TotalFlow, rows: Sequence[int], count: int) -> TotalFlow:
    """All flow between words; it stays conserved."""
    first = [rows.index(row) for row in range(count)]

    def summed(values: NDArray[np.floating], axis: int) -> NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, first, axis=axis, dtype=np.float64))

    # Block by block: all heads of a long text in float64 are hundreds of megabytes.
    heads = [summed(summed(block, 1), 2).astype(block.dtype) for block in flow.heads]
    return TotalFlow(summed(flow.skip, 1), np.stack(heads))
