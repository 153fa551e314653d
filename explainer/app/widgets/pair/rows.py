"""What stands in the rows of two graphs: tokens, or words whose pieces are merged.

The link and the session always name tokens; what is compared, drawn and clicked are rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from explainer.figures.patterns.pairs.views import Pair
from explainer.results.comparison import Aligned, Comparison, compare
from explainer.results.merged import Merged, has_pieces, merge_pieces

Tokens = tuple[int | None, int | None]
"""A token of the first and its counterpart in the second, or one of them alone."""


@dataclass(frozen=True)
class Selection:
    """The tokens that are selected, and how a page selects others."""

    get: Callable[[], Tokens]
    put: Callable[[int | None, int | None], None]


@dataclass(frozen=True, eq=False)
class Shown:
    """Two explanations of `tokens`, and the words of each where they are merged."""

    tokens: Pair
    words: tuple[Merged | None, Merged | None]
    selection: Selection

    @cached_property
    def rows(self) -> Pair:
        """Both explanations with a token for each row."""
        first, second = (
            explanation if words is None else words.explanation
            for explanation, words in zip(self.tokens, self.words, strict=True)
        )
        return first, second

    @cached_property
    def comparison(self) -> Comparison:
        """What differs between them, row by row."""
        return compare(*self.rows)

    def selected(self) -> Aligned | None:
        """The selected row, with its counterpart."""
        one, other = self.selection.get()
        first, second = self._row(0, one), self._row(1, other)
        for row in self.comparison.alignment:
            if None not in (row.first, first) and row.first == first:
                return row
            if None not in (row.second, second) and row.second == second:
                return row
        return None

    def select(self, row: Aligned | None) -> None:
        """Select a row and its counterpart, or none."""
        first = None if row is None else self._token(0, row.first)
        second = None if row is None else self._token(1, row.second)
        self.selection.put(first, second)

    def _row(self, side: int, token: int | None) -> int | None:
        words = self.words[side]
        return token if token is None or words is None else words.row(token)

    def _token(self, side: int, row: int | None) -> int | None:
        """A row's token: of a word, the piece that matters most, where one matters."""
        words = self.words[side]
        if row is None or words is None:
            return row
        return words.strongest(row) if words.pieces(row) else words.rows.index(row)


def shown_of(both: Pair, selection: Selection, *, merged: bool) -> Shown:
    """The rows of both explanations."""
    first, second = (merge_pieces(e) if merged and has_pieces(e) else None for e in both)
    return Shown(both, (first, second), selection)
