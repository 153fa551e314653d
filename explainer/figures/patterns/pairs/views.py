"""Two figures side by side: one width scale, rows that line up, one colour for each answer.

Words that differ are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from explainer.base.errors import ExplainerError
from explainer.figures.canvas import wording
from explainer.figures.canvas.frame import MANY_ROWS
from explainer.figures.patterns import bars, endings, legend
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pairs.apart import are_apart
from explainer.figures.patterns.view import NOWHERE, Beside, View
from explainer.results.comparison import Aligned
from explainer.results.explanation import Explanation

Pair = tuple[Explanation, Explanation]


def pair_views(both: Pair, alignment: Sequence[Aligned], views: tuple[View, View]) -> list[View]:
    """The two views, so changed that the figures drawn from them can be compared by eye.

    `views` may differ in what is selected; both need the same width and level. Raises
    ExplainerError for views with other methods' scores.
    """
    if any(view.scores is not None for view in views):
        raise ExplainerError(
            "Two figures side by side have influence for their bars: leave the scores out, or draw "
            "each explanation by itself."
        )
    rows = _rows(both, alignment, views)
    every = (bars.values(e, e.patterns, e.not_followed) for e in both)
    lows, highs = zip(*map(bars.extent, every), strict=True)
    tokens = tuple(
        wording.name(explanation, position)
        for explanation, places in zip(both, rows, strict=True)
        for position in places
        if position is not None
    )
    shared = [
        replace(
            view,
            beside=Beside(
                rows=tuple(places),
                marked=frozenset(p for p in marked if p is not None),
                tokens=tokens,
                reach=(min(lows), max(highs)),
                answers=answers,
                endings=tuple(chain.from_iterable(map(endings.said_behind, both))),
            ),
        )
        for view, places, marked, answers in zip(
            views, rows, _marked(alignment), answers_of(both), strict=True
        )
    ]
    drawings = [Drawn.of(e, view) for e, view in zip(both, shared, strict=True)]
    scale = min(lay_out(drawn).scale for drawn in drawings)
    lines = max(_legend_rows(drawn, scale) for drawn in drawings)
    return [
        replace(view, scale=scale, beside=replace(view.beside, legend_rows=lines))
        for view in shared
        if view.beside is not None
    ]


def answers_of(both: Pair) -> tuple[tuple[int, int], tuple[int, int]]:
    """For each side its answer and what that is asked against, numbered alike where they are one.

    The first has 0 and 1; an answer that only the second has is 2 or 3. Two words of
    one sentence, each explained by itself, have the colours that they have where one is set against
    the other: what is for the second has the second's, and what is against it the first's.
    """
    if are_apart(*both):
        return (0, 1), (1, 0)
    known = list(dict.fromkeys(key for explanation in both for key in _answers(explanation)))
    first, second = ([known.index(key) for key in _answers(e)] for e in both)
    return (first[0], first[1]), (second[0], second[1])


def _answers(explanation: Explanation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands for the answer and for its rival; against all others it is the answer's own."""
    task, target = explanation.model.task, explanation.target
    rival = ("not", target.correct) if target.wrong is None else ("", target.wrong)
    return (task, "", target.correct), (task, *rival)


def selecting(view: View, alignment: Sequence[Aligned]) -> tuple[View, View]:
    """A view of the first as one of each, where the token that it selects has a counterpart.

    A side that has none shows nothing selected, and all faded.
    """
    if view.selected is None:
        return view, view
    there = next((pair.second for pair in alignment if pair.first == view.selected), None)
    return view, replace(view, selected=NOWHERE if there is None else there)


def _rows(
    both: Pair, alignment: Sequence[Aligned], views: tuple[View, View]
) -> tuple[list[int | None], list[int | None]]:
    """Every pair of tokens, or in a long text those that either drawing touches."""
    kept = list(alignment)
    if len(kept) > MANY_ROWS:
        touched = [
            set(explanation.target.positions)
            | {node for pattern in Drawn.of(explanation, view).patterns for node in pattern.nodes}
            for explanation, view in zip(both, views, strict=True)
        ]
        kept = [p for p in kept if p.first in touched[0] or p.second in touched[1]]
    return [pair.first for pair in kept], [pair.second for pair in kept]


def _marked(alignment: Sequence[Aligned]) -> tuple[list[int | None], list[int | None]]:
    differing = [pair for pair in alignment if pair.kind != "equal"]
    return [pair.first for pair in differing], [pair.second for pair in differing]


def _legend_rows(drawn: Drawn, scale: float) -> int:
    return len(legend.flowed(legend.entries(drawn, scale), drawn.view.width - legend.MARGIN))
