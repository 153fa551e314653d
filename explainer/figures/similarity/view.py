"""What of a similarity matrix is drawn, and how: the choices that need no new computation."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from explainer.base.checks import instance, items, number, one_of, whole, yes_or_no
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.figures.canvas.palette import Palette, palette
from explainer.results.similarity.matrix import Pair, SimilarityMatrix

Kind = Literal["matrix", "links"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WIDTH = 720.0
NARROWEST = 240.0
WIDEST = 20_000.0
LINKS = 12
MANY = 64
"""Words of a text that are drawn at most; of longer texts those of so many strongest pairs."""
MOST_LINKS = 1000


@dataclass(frozen=True, kw_only=True)
class SimilarityView:
    """Choices of drawing; raises ExplainerError where one is impossible.

    `kind` is a "matrix" with a cell for each pair, or the "links" of the strongest so many pairs
    between the two texts, one beside the other. `merge_pieces` makes one row of the pieces of a
    word, `hide_special` leaves out [CLS] and [SEP]; `selected` are the positions of a token of the
    first text and of one of the second, whose pair stands out; `width` is in px, and a matrix of
    long texts is wider. Of a text of more than MANY words those of the strongest pairs are drawn.
    """

    kind: Kind = "matrix"
    merge_pieces: bool = True
    hide_special: bool = False
    links: int = LINKS
    selected: tuple[int, int] | None = None
    dark: bool = False
    width: float = WIDTH

    def __post_init__(self) -> None:
        one_of("kind", self.kind, KINDS)
        whole("number of links", self.links, 1, MOST_LINKS)
        pixels = f"at least {NARROWEST:.0f} pixels, and at most {WIDEST:,.0f}"
        number("width", self.width, NARROWEST, WIDEST, pixels)
        for name in ("merge_pieces", "hide_special", "dark"):
            yes_or_no(name, getattr(self, name))
        if self.selected is not None:
            pair = tuple(items("selected pair", self.selected, "two tokens' positions"))
            if len(pair) != 2:
                raise ExplainerError(
                    f"The selected pair is {shown(self.selected)}: give a position in each text."
                )
            first, second = (whole("selected token", at, 0) for at in pair)
            object.__setattr__(self, "selected", (first, second))

    @property
    def colours(self) -> Palette:
        """The colours of the page."""
        return palette(self.dark)


def similarity_view(view: SimilarityView | None = None, /, **choices: Any) -> SimilarityView:
    """The view, or the usual one for None, with these choices instead of its own.

    Raises ExplainerError for what is no view, and for a choice that there is not.
    """
    wanted = "a SimilarityView, such as SimilarityView(kind='links')"
    given = SimilarityView() if view is None else instance("view", view, SimilarityView, wanted)
    known = [field.name for field in fields(SimilarityView)]
    unknown = [name for name in choices if name not in known]
    if unknown:
        raise ExplainerError(
            f"A figure of two texts has no option {listed(unknown)}: choose from {listed(known)}."
        )
    return replace(given, **choices)


@dataclass(frozen=True, eq=False)
class Shown:
    """A matrix as a view shows it: its tokens or words, and which of them.

    `rows` and `columns` are positions in `matrix`; `selected` is a pair of them; `left_out` counts
    the words of long texts that are not drawn. `source` is the matrix of tokens.
    """

    source: SimilarityMatrix
    matrix: SimilarityMatrix
    view: SimilarityView
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    selected: tuple[int, int] | None
    left_out: int = 0

    @staticmethod
    def of(matrix: SimilarityMatrix, view: SimilarityView) -> Shown:
        """Raises ExplainerError for what is no matrix, or a pair that it has not."""
        source = instance("matrix", matrix, SimilarityMatrix, "what similarity_matrix returns")
        sides, selected = (source.first, source.second), view.selected
        if selected is not None:
            for at, side in zip(selected, sides, strict=True):
                whole("selected token", at, 0, len(side.tokens) - 1)
        drawn = source
        if view.merge_pieces:
            drawn = source.of_words()
            if selected is not None:
                selected = sides[0].rows[selected[0]], sides[1].rows[selected[1]]
        rows, columns = (
            [at for at in range(len(side.tokens)) if not (view.hide_special and at in side.special)]
            for side in (drawn.first, drawn.second)
        )
        if selected is not None and not (selected[0] in rows and selected[1] in columns):
            selected = None
        left_out = 0
        if max(len(rows), len(columns)) > MANY:
            rows, columns, left_out = _strongest(drawn, rows, columns, selected)
        return Shown(source, drawn, view, tuple(rows), tuple(columns), selected, left_out)

    @cached_property
    def largest(self) -> float:
        """The largest |S| of all that is shown; 0 where nothing is."""
        return max((abs(pair.score) for pair in self.pairs), default=0.0)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All that is shown, row by row."""
        scores = self.matrix.scores
        return tuple(Pair(i, j, float(scores[i, j])) for i in self.rows for j in self.columns)

    @cached_property
    def strongest(self) -> tuple[Pair, ...]:
        """The strongest pairs that are shown, as many as the view links, the strongest first."""
        found = sorted(self.pairs, key=lambda pair: -abs(pair.score))
        return tuple(pair for pair in found[: self.view.links] if pair.score)


def _strongest(
    matrix: SimilarityMatrix,
    rows: list[int],
    columns: list[int],
    selected: tuple[int, int] | None,
) -> tuple[list[int], list[int], int]:
    """Of long texts the words of the strongest pairs and of the one that is selected, in their
    order, and how many are left out."""
    sizes = np.abs(matrix.scores[np.ix_(rows, columns)])
    best = np.argsort(-sizes, axis=None, kind="stable")[:MANY]
    where = [
        (rows[i], columns[j]) for i, j in zip(*np.unravel_index(best, sizes.shape), strict=True)
    ]
    where += [] if selected is None else [selected]
    kept = [
        sorted({pair[number] for pair in where}) if len(every) > MANY else every
        for number, every in enumerate((rows, columns))
    ]
    return kept[0], kept[1], len(rows) + len(columns) - len(kept[0]) - len(kept[1])
