"""What stands in the graph's rows: tokens, or words whose pieces are merged.

The link and the session always name tokens, so that merging can be turned on and off; a selection
is made in rows, and becomes one of tokens through the piece that matters most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from explainer import Explanation
from explainer.app.state.choices import Choices
from explainer.figures import View
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.merged import Merged, has_pieces, merge_pieces
from explainer.results.pattern import Pattern
from explainer.results.route import Edge, Level, Node, Place


@dataclass(frozen=True, eq=False)
class Rows:
    """The explanation of `tokens`, and its `words` where they are merged."""

    tokens: Explanation
    words: Merged | None

    @property
    def shown(self) -> Explanation:
        """The explanation with a token for each row."""
        return self.tokens if self.words is None else self.words.explanation

    def drawn(self, view: View) -> Drawn:
        """What a view of the tokens shows, row by row."""
        if self.words is None:
            return Drawn.of(self.tokens, view)
        return Drawn.of_words(self.words, view)

    def inside(self, chosen: Choices) -> Choices:
        """The choices with what is selected in rows."""
        if self.words is None:
            return chosen
        word = None if chosen.word is None else self.words.row(chosen.word)
        return replace(
            chosen, word=word, at=None if chosen.at is None else self.words.place(chosen.at)
        )

    def outside(self, before: Choices, inside: Choices) -> Choices:
        """The choices `inside` with what is selected in tokens again; what is the same as in
        `before` stays the same token."""
        if self.words is None:
            return inside
        same = self.inside(before)
        word, at = inside.word, inside.at
        if word is not None:
            pieces = self.words.pieces(word)
            kept = word == same.word and before.word in pieces
            word = before.word if kept else self.words.strongest(word)
        if at is not None:
            at = before.at if at == same.at else self._real(at, inside)
        return replace(inside, word=word, at=at)

    def _real(self, place: Place, chosen: Choices) -> Place:
        """The node or step that the strongest pattern takes there."""
        assert self.words is not None
        pattern = self.words.passing(place, chosen.level)[0]
        if isinstance(place, Node):
            return Node(place.layer, pattern.nodes[place.layer])
        start, end = pattern.nodes[place.layer : place.layer + 2]
        return Edge(place.layer, start, end, place.component)

    def passing(self, place: Place, level: Level) -> tuple[Pattern, ...]:
        """The tokens' patterns that pass a node or step between rows, strongest first."""
        if self.words is not None:
            return self.words.passing(place, level)
        found = [p for p in self.tokens.patterns if p.passes(place, level)]
        return tuple(sorted(found, key=lambda p: -abs(p.value(level))))

    def cut(self, cut: Cut | None) -> Cut | None:
        """What was cut between tokens, between rows."""
        if cut is None or cut.place is None or self.words is None:
            return cut
        return replace(cut, place=self.words.place(cut.place))

    def pieces(self, word: int) -> tuple[int, ...]:
        """The tokens with a pattern that stand in one row with the token `word`."""
        return (word,) if self.words is None else self.words.pieces(self.words.row(word))


def rows_of(explanation: Explanation, merged: bool) -> Rows:
    """The rows of an explanation."""
    words = merge_pieces(explanation) if merged and has_pieces(explanation) else None
    return Rows(explanation, words)
