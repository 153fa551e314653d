"""Where rows, columns, bars, header and legend stand, for a width and a number of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.figures.canvas import text

NARROW = 640.0
MANY_ROWS = 64
FAR = 18
"""Rows from which the columns are named above the rows as well."""
HEAD_RADIUS = 9.0
NOTE = 16.0
"""Height of one line of small print."""


@dataclass(frozen=True)
class Frame:
    """Positions in px. `rows` maps a token's position to its y; hidden tokens are missing.

    `columns` has x of the L + 1 hidden states; `bars` is the span of the influence bars (None
    where there is no room beside the graph); `labels` the right edge of the token labels; `top`
    and `bottom` y of the first and the last row, `blanks` of those that stay empty.
    """

    width: float
    height: float
    legend_top: float
    shares_top: float | None
    rows: dict[int, float]
    row_height: float
    columns: tuple[float, ...]
    labels: float
    label_room: float
    bars: tuple[float, float] | None
    top: float
    bottom: float
    blanks: tuple[float, ...] = ()

    @property
    def column_width(self) -> float:
        """Distance between two hidden states."""
        return self.columns[1] - self.columns[0]

    @property
    def radius(self) -> float:
        """Radius of the circles with head numbers."""
        return HEAD_RADIUS if self.row_height >= 24 and self.column_width >= 40 else 8.0

    @property
    def dot(self) -> float:
        """Width of a node's mark on a pattern."""
        return 7.5 if self.column_width >= 40 else 5.0


def make_frame(
    tokens: Sequence[str],
    shown: Sequence[int | None],
    layers: int,
    *,
    width: float,
    legend_height: float,
    shares: bool,
    notes: int = 0,
    labelled: Sequence[str] = (),
) -> Frame:
    """A frame for the tokens at the positions `shown`, from the top down; None leaves a row empty.

    `labelled` are further words that the labels must have room for.
    """
    narrow = width < NARROW
    row_height = fitting_row_height(len(shown), width)
    words = [*labelled, *(tokens[i] for i in shown if i is not None)]
    widest = max((text.width(text.brief(word), text.BODY) for word in words), default=0.0)
    label_room = min(widest, max(74.0, 0.18 * width) if narrow else 150.0)
    bars = None if narrow else (14.0, 14.0 + min(170.0, max(104.0, 0.15 * width)))
    labels = (4.0 if bars is None else bars[1] + 16.0) + label_room
    first = labels + (13.0 if narrow else 20.0)
    last = width - (16.0 if narrow else 22.0)
    step = (last - first) / layers
    legend_top = 6.0
    shares_top = legend_top + legend_height + 8.0 if shares else None
    header = 48.0 if shares else 16.0
    if len(shown) > FAR:
        header += 16.0
    if bars is not None:
        header = max(64.0, header)
    top = legend_top + legend_height + header + row_height / 2
    bottom = top + row_height * (max(1, len(shown)) - 1)
    return Frame(
        width=width,
        height=bottom + row_height / 2 + 46.0 + NOTE * notes,
        legend_top=legend_top,
        shares_top=shares_top,
        rows={p: top + k * row_height for k, p in enumerate(shown) if p is not None},
        row_height=row_height,
        columns=tuple(first + step * k for k in range(layers + 1)),
        labels=labels,
        label_room=label_room,
        bars=bars,
        top=top,
        bottom=bottom,
        blanks=tuple(top + k * row_height for k, p in enumerate(shown) if p is None),
    )


def fitting_row_height(rows: int, width: float) -> float:
    """px between two rows: roomy for a sentence, close for a paragraph."""
    narrow = width < NARROW
    roomy = 34.0 if narrow else 37.0
    return max(22.0, min(roomy, (520.0 if narrow else 560.0) / max(1, rows)))


def shown_rows(count: int, touched: set[int]) -> tuple[int, ...]:
    """All positions, or in a long text those that the drawing touches."""
    if count <= MANY_ROWS:
        return tuple(range(count))
    return tuple(sorted(touched))
