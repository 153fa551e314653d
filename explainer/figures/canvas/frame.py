"""Where rows, columns, bars and words stand, for a width and a number of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.figures.canvas import text

NARROW = 640.0
PLACED = 88.0
"""px for a token on a phone: `[MASK] (100)`, which could not be told from another one cut short."""
MANY_ROWS = 64
FAR = 18
"""Rows from which the blocks are named below the rows as well."""
HEAD_RADIUS = 9.0
NOTE = 16.0
"""Height of one line of small print."""
HEADER = 24.0
"""px above the rows for the names of blocks."""
SHARES = 30.0
"""px more for what skip connections carry of all influence in each block."""
VALUE = 58.0
"""px for a number beside its bar."""
SHARE = 50.0
"""px for a share between a word and its ribbon."""
ANSWER = 110.0
"""px for the answer behind the target, at most."""
NUMBERS = 46.0
"""px there at least, so that what a cut does to Q fits below the answer."""
SLIM = 480.0
"""px below which a share has `SLIM_SHARE` and the answer is behind the target only where the blocks
keep `LEAST_STEP`: else it stands below."""
SLIM_SHARE = 42.0
LEAST_STEP = 25.0
LEAST_LABEL = 66.0
"""px of the words in a narrow figure, at least: above them it is said what their numbers are."""


@dataclass(frozen=True)
class Frame:
    """Positions in px. `rows` maps a token's position to its y; hidden tokens are missing.

    `columns` has x of the L + 1 hidden states; `bars` is the span of the influence bars (None
    where they stand below the words), `share` the right edge of the shares between words and graph,
    `answer` where the answer begins behind the target, `answer_below` its y where it has to stand
    below the graph (one of the two is None); `labels` the right edge of the token labels; `top` and
    `bottom` y of the first and the last row, `blanks` of those that stay empty; `names` y of the
    blocks' names, `ends` of what stands below the first and the last column.
    """

    width: float
    height: float
    names: tuple[float, ...]
    ends: float
    legend_top: float
    shares_top: float | None
    rows: dict[int, float]
    row_height: float
    columns: tuple[float, ...]
    labels: float
    label_room: float
    bars: tuple[float, float] | None
    share: float
    answer: float | None
    answer_below: float | None
    top: float
    bottom: float
    blanks: tuple[float, ...] = ()

    @property
    def column_width(self) -> float:
        """Distance between two hidden states."""
        return self.columns[1] - self.columns[0]

    @property
    def radius(self) -> float:
        """Half the height of the pills with head numbers."""
        return HEAD_RADIUS if self.row_height >= 24 and self.column_width >= 40 else 8.0

    @property
    def dot(self) -> float:
        """Width of a node's mark on a pattern."""
        return 5.6 if self.column_width >= 40 else 4.4

    def middle(self, positions: Sequence[int]) -> float | None:
        """The y of the middle one of the positions that have a row; None if none has."""
        shown = sorted(self.rows[position] for position in positions if position in self.rows)
        return shown[len(shown) // 2] if shown else None


def make_frame(
    tokens: Sequence[str],
    shown: Sequence[int | None],
    layers: int,
    *,
    width: float,
    legend_height: float,
    shares: bool,
    answers: Sequence[str],
    notes: int = 0,
    labelled: Sequence[str] = (),
) -> Frame:
    """A frame for the tokens at the positions `shown`, from the top down; None leaves a row empty.

    `labelled` are further words that the labels must have room for, `answers` are the words
    of which one stands behind the target.
    """
    narrow = width < NARROW
    row_height = fitting_row_height(len(shown), width)
    words = [*labelled, *(tokens[i] for i in shown if i is not None)]
    widest = max((text.width(text.brief(word), text.BODY) for word in words), default=0.0)
    label_room = min(widest, max(PLACED, 0.18 * width) if narrow else 150.0)
    if narrow:
        label_room = max(LEAST_LABEL, label_room)
    bars = None if narrow else (8.0, 8.0 + min(110.0, max(64.0, 0.09 * width)))
    labels = (4.0 if bars is None else bars[1] + VALUE) + label_room
    share = labels + (SHARE if width >= SLIM else SLIM_SHARE)
    first = share + (14.0 if width >= SLIM else 10.0)
    widest_answer = max(text.width(answer, text.BODY) for answer in answers)
    behind = min(ANSWER, max(NUMBERS, widest_answer)) + 12.0
    last = width - 16.0 - behind if width >= SLIM else width - 4.0 - behind
    below_graph = width < SLIM and last - first < LEAST_STEP * layers
    if below_graph:
        last = width - 16.0
    step = (last - first) / layers
    far = len(shown) > FAR
    top = HEADER + (SHARES if shares else 0.0) + row_height / 2
    bottom = top + row_height * (max(1, len(shown)) - 1)
    below = bottom + row_height / 2 + 10.0
    ends = below + (16.0 if far else 0.0)
    legend_top = ends + 12.0 + (NOTE if below_graph else 0.0)
    return Frame(
        width=width,
        height=legend_top + legend_height + NOTE * notes + 2.0,
        names=(11.0, below) if far else (11.0,),
        ends=ends,
        legend_top=legend_top,
        shares_top=HEADER - 2.0 if shares else None,
        rows={p: top + k * row_height for k, p in enumerate(shown) if p is not None},
        row_height=row_height,
        columns=tuple(first + step * k for k in range(layers + 1)),
        labels=labels,
        label_room=label_room,
        bars=bars,
        share=share,
        answer=None if below_graph else last + 14.0,
        answer_below=ends + NOTE if below_graph else None,
        top=top,
        bottom=bottom,
        blanks=tuple(top + k * row_height for k, p in enumerate(shown) if p is None),
    )


def fitting_row_height(rows: int, width: float) -> float:
    """px between two rows: roomy for a sentence, which fits a screen, and close for a paragraph."""
    least, most, room = (26.0, 32.0, 460.0) if width < NARROW else (20.0, 30.0, 340.0)
    return max(least, min(most, room / max(1, rows)))


def shown_rows(count: int, touched: set[int]) -> tuple[int, ...]:
    """All positions, or in a long text those that the drawing touches."""
    if count <= MANY_ROWS:
        return tuple(range(count))
    return tuple(sorted(touched))
