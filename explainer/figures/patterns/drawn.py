"""What a view shows of an explanation, computed once and handed to everything that draws it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from explainer.figures.patterns.view import View
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.explanation import Explanation
from explainer.results.merged import Merged, has_pieces, merge_pieces, special_positions
from explainer.results.pattern import Pattern

MOST_STEPS = 2500
"""Steps that are drawn at most, of the strongest patterns: more cannot be told apart, and the
hundreds of words of a long text would take a minute to draw."""

FEW = 5
"""Words that are drawn where none has the minimum share, as in a long text."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """An explanation as it is drawn: with a row for each of its tokens, which may be whole words.

    `explanation` and `view` are already of rows: where `merged` is given, its words stand for
    tokens, and what the view selects is counted in words. All patterns keep their order. A `cut` is
    struck out.
    """

    explanation: Explanation
    view: View
    merged: Merged | None = None
    cut: Cut | None = None

    @classmethod
    def of(cls, explanation: Explanation, view: View) -> Drawn:
        """An explanation of tokens as a view of tokens shows it: here word pieces are merged.

        Raises ExplainerError where what is selected is not in the explanation.
        """
        view.check(explanation)
        # What stands beside another figure has its rows from the tokens of both.
        if view.merge_pieces and view.beside is None and has_pieces(explanation):
            return cls.of_words(merge_pieces(explanation), view)
        return cls(explanation, view)

    @classmethod
    def of_words(cls, merged: Merged, view: View) -> Drawn:
        """Words that have been merged, as a view of their tokens shows them."""
        view.check(merged.source)
        return cls(merged.explanation, view.on_words(merged), merged)

    @property
    def tokens(self) -> Explanation:
        """The explanation of tokens, where rows are words as well."""
        return self.explanation if self.merged is None else self.merged.source

    @cached_property
    def leading(self) -> frozenset[int]:
        """The words with a listed pattern that the selection does not fade."""
        return frozenset(p.source for p in self.listed if self.leads(p))

    def leads(self, pattern: Pattern) -> bool:
        """Whether a pattern is of the selected word and passes the selected place."""
        return id(pattern) in self._leading

    @cached_property
    def _leading(self) -> frozenset[int]:
        word, place, level = self.view.selected, self.view.place, self.view.level
        # By identity: a pattern holds many numbers, all of which its hash would go through.
        return frozenset(
            id(pattern)
            for pattern in self.explanation.patterns
            if (word is None or pattern.source == word)
            and (place is None or pattern.passes(place, level))
        )

    @cached_property
    def alone(self) -> tuple[int, ...]:
        """The words with influence that were not followed and are not hidden."""
        return tuple(word for word in self.explanation.not_followed if word not in self.hidden)

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Positions of [CLS], [SEP] and [MASK] where these are not among the words."""
        return special_positions(self.explanation) if self.view.hide_special else frozenset()

    @cached_property
    def listed(self) -> tuple[Pattern, ...]:
        """All patterns but the hidden words'; what is selected is never hidden."""
        view = self.view
        return tuple(
            p
            for p in self.explanation.patterns
            if p.source not in self.hidden or (view.selects and self.leads(p))
        )

    @cached_property
    def wanted(self) -> tuple[Pattern, ...]:
        """The listed patterns above the minimum share, and all that are selected.

        Where no word reaches that share, those of the strongest words.
        """
        view = self.view
        enough = self._reaching or self._strongest
        return tuple(
            p for p in self.listed if p.source in enough or (view.selects and self.leads(p))
        )

    @property
    def too_weak(self) -> int:
        """The number of words that are drawn although none has the minimum share; else 0."""
        return 0 if self._reaching else len(self._strongest)

    @cached_property
    def _reaching(self) -> frozenset[int]:
        """The words with a listed pattern that have the minimum share."""
        enough = {p.source for p in self.explanation.drawn(self.view.minimum_share)}
        return frozenset(p.source for p in self.listed if p.source in enough)

    @cached_property
    def _strongest(self) -> frozenset[int]:
        words = {p.source for p in self.listed}
        order = sorted(words, key=lambda word: -abs(self.explanation.influence[word]))
        return frozenset(order[:FEW])

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The drawn patterns: those wanted, or the strongest of them where there are very many."""
        view, wanted = self.view, self.wanted
        most = max(1, MOST_STEPS // self.explanation.model.layers)
        if len(wanted) <= most:
            return wanted

        def rank(pattern: Pattern) -> tuple[bool, float]:
            chosen = view.selects and self.leads(pattern)
            return not chosen, -abs(pattern.value(view.level))

        strongest = {id(pattern) for pattern in sorted(wanted, key=rank)[:most]}
        return tuple(pattern for pattern in wanted if id(pattern) in strongest)

    @cached_property
    def of_tokens(self) -> tuple[Pattern, ...]:
        """The tokens' patterns that are drawn: of a word, those of its pieces."""
        if self.merged is None:
            return self.patterns
        drawn = {pattern.route for pattern in self.patterns}
        route = self.merged.route
        return tuple(p for p in self.tokens.patterns if route(p) in drawn)
