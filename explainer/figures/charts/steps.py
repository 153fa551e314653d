"""One step of refinement: the pattern so far at the left, and at the right what it chooses from.

Rows are tokens and columns hidden states, as in the pattern graph. A step through nodes fans out
to every token of the next hidden state, a bar beside each; a step by components has the nodes
fixed and a bar for skip and for every head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from explainer.base.numbers import short_amount, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve, pill, ribbon
from explainer.figures.canvas.frame import HEAD_RADIUS, NARROW
from explainer.figures.canvas.palette import QUIET, Palette, palette, rgba
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.canvas.scene import Anchor, Area, Disc, Item, Label, Line, Scene
from explainer.results.route import SKIP, Component
from explainer.results.target import LOGITS, Unit

ROW = 30.0
HEAD = 44.0
WIDEST = 13.0
"""px of the widest candidate."""
CHOSEN = 7.0
"""px of the steps that are chosen."""
FAINT = 0.36
BAR = 15.0
NUMBER = (50.0, 40.0)
"""px that the number beside a bar needs, and on a narrow page."""


@dataclass(frozen=True)
class Board:
    """Where everything stands, in px: rows of tokens, columns of hidden states, room for bars."""

    width: float
    colours: Palette
    tokens: tuple[str, ...]
    rows: tuple[float, ...]
    columns: tuple[float, ...]
    labels: float
    bars: tuple[float, float]

    @property
    def narrow(self) -> bool:
        """Whether there is little room."""
        return self.width < NARROW

    @property
    def step(self) -> float:
        """px between two hidden states."""
        return self.columns[1] - self.columns[0]

    def curve(self, layer: int, source: int, target: int) -> Curve:
        """The middle line of a step through block `layer`."""
        x0, x1 = self.columns[layer : layer + 2]
        return Curve(x0, self.rows[source], x1, self.rows[target])


def node_step(
    tokens: Sequence[str],
    nodes: Sequence[int],
    layer: int,
    candidates: Sequence[float],
    *,
    sign: float,
    width: float,
    targets: Sequence[int] = (),
    unit: Unit = LOGITS,
    dark: bool = False,
) -> go.Figure:
    """The choice of the node of H[layer + 1] for a pattern through `nodes` (L + 1 positions).

    `candidates` are the influences of every token, or for the last layer those of the `targets`, in
    their order, or of the only one; `sign` is the word's own.
    """
    board = _board(tokens, len(nodes) - 1, width, palette(dark))
    chosen = nodes[layer + 1]
    places: Sequence[int] = range(len(tokens))
    if len(candidates) < len(tokens):
        places = targets if len(targets) == len(candidates) else [chosen]
    widest = max(abs(value) for value in candidates) or 1.0
    way, _ = _way(board, nodes, layer, (), sign)
    fan: list[Item] = []
    for place, value in zip(places, candidates, strict=True):
        thickness = WIDEST * abs(value) / widest
        if thickness > 0.4:
            strength = 1.0 if place == chosen else FAINT
            outline = ribbon(board.curve(layer, nodes[layer], place), 0, 0, thickness)
            fan.append(Area(outline, rgba(board.colours.sign(value), strength)))
    bars = [
        (
            "" if board.narrow else text.brief(tokens[place]),
            board.rows[place],
            value,
            place == chosen,
        )
        for place, value in zip(places, candidates, strict=True)
    ]
    return _figure(
        board,
        [_band(board, layer + 1, layer + 1)],
        _grid(board),
        fan + way,
        _visited(board, nodes[: layer + 2], sign),
        _names(board),
        _bars(board, bars, unit),
        bottom=board.rows[-1],
    )


def component_step(
    tokens: Sequence[str],
    nodes: Sequence[int],
    components: Sequence[Component],
    block: int,
    candidates: Sequence[float],
    *,
    sign: float,
    width: float,
    unit: Unit = LOGITS,
    dark: bool = False,
) -> go.Figure:
    """The choice of what carries the step through `block`, the nodes being fixed.

    `components` are those of the whole pattern, of which the ones up to `block` are drawn, and
    `candidates` the influences by skip (left out where the step changes place) and by every head.
    """
    board = _board(tokens, len(nodes) - 1, width, palette(dark))
    ahead: list[Item] = [
        Area(ribbon(board.curve(layer, *nodes[layer : layer + 2]), 0, 0, 1.5), board.colours.faint)
        for layer in range(block + 1, len(nodes) - 1)
    ]
    way, circles = _way(board, nodes, block + 1, components, sign)
    moves = nodes[block] != nodes[block + 1]
    named = [("skip", candidates[0], components[block] == SKIP)][moves:]
    named += [
        (f"head {head}", value, components[block] == head)
        for head, value in enumerate(candidates[1:])
    ]
    top, bottom = board.rows[0], max(board.rows[-1], board.rows[0] + 17.0 * (len(named) - 1))
    apart = (bottom - top) / max(1, len(named) - 1)
    bars = [(name, top + k * apart, value, mine) for k, (name, value, mine) in enumerate(named)]
    return _figure(
        board,
        [_band(board, block, block + 1)],
        _grid(board),
        ahead + way,
        _visited(board, nodes, sign),
        circles,
        _names(board),
        _bars(board, bars, unit),
        bottom=bottom,
    )


def _board(tokens: Sequence[str], layers: int, width: float, colours: Palette) -> Board:
    narrow = width < NARROW
    widest = max(text.width(text.brief(token), text.BODY) for token in tokens)
    labels = 4.0 + min(widest, 66.0 if narrow else 120.0)
    first, last = labels + (12.0 if narrow else 20.0), width * (0.44 if narrow else 0.56)
    step = (last - first) / layers
    return Board(
        width=width,
        colours=colours,
        tokens=tuple(tokens),
        rows=tuple(HEAD + ROW * (k + 0.5) for k in range(len(tokens))),
        columns=tuple(first + step * k for k in range(layers + 1)),
        labels=labels,
        bars=(last + (16.0 if narrow else 40.0), width - 4.0),
    )


def _band(board: Board, first: int, last: int) -> Item:
    """A soft band behind the columns of this step."""
    half = min(12.0, board.step / 2)
    left, right = board.columns[first] - half, board.columns[last] + half
    top, bottom = board.rows[0] - ROW / 2, board.rows[-1] + ROW / 2
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return Area(corners, rgba(board.colours.ink, 0.05))


def _grid(board: Board) -> list[Item]:
    colours = board.colours
    return [
        Disc(x, y, 3.2, colours.surface, colours.faint, 1.2)
        for x in board.columns
        for y in board.rows
    ]


def _names(board: Board) -> list[Item]:
    """The tokens, and the hidden states by number."""
    colours = board.colours
    middle = (board.columns[0] + board.columns[-1]) / 2
    items: list[Item] = [Label(middle, 12, "hidden state", colours.muted, text.SMALL)]
    for layer, x in enumerate(board.columns):
        name = "emb" if layer == 0 and board.step > 24 else str(layer)
        items.append(Label(x, HEAD - 8, name, colours.muted, text.SMALL))
    for token, y in zip(board.tokens, board.rows, strict=True):
        said = text.shorten(token, text.BODY, board.labels - 2)
        items.append(Label(board.labels, y, said, colours.ink, text.BODY, "end"))
    return items


def _way(
    board: Board, nodes: Sequence[int], steps: int, components: Sequence[Component], sign: float
) -> tuple[list[Item], list[Item]]:
    """The first steps of the pattern, paler by skip; and heads' circles."""
    colour = board.colours.sign(sign)
    way: list[Item] = []
    circles: list[Item] = []
    for layer in range(steps):
        curve = board.curve(layer, *nodes[layer : layer + 2])
        by = components[layer] if components else None
        way.append(Area(ribbon(curve, 0, 0, CHOSEN), rgba(colour, QUIET if by == SKIP else 1.0)))
        if by not in (None, SKIP):
            x, y = curve.point(0.5)
            circles.append(Disc(x, y, HEAD_RADIUS, board.colours.surface, colour, 1.6))
            circles.append(Label(x, y, str(by), board.colours.ink, text.SMALL - 0.5))
    return way, circles


def _visited(board: Board, nodes: Sequence[int], sign: float) -> list[Item]:
    """A mark at every node of the pattern."""
    colours = board.colours
    marks = [(x, board.rows[place]) for x, place in zip(board.columns, nodes, strict=False)]
    wide = min(8.0, 0.4 * board.step)
    under: list[Item] = [Area(pill(x, y, wide + 2, 18.0), colours.surface) for x, y in marks]
    return under + [Area(pill(x, y, wide, 16.0), colours.sign(sign)) for x, y in marks]


def _bars(board: Board, bars: Sequence[tuple[str, float, float, bool]], unit: Unit) -> list[Item]:
    """Bars with name (empty where the row says it), y, value, and whether chosen."""
    colours = board.colours
    names = min(90.0, max(text.width(name, text.SMALL) for name, *_ in bars))
    left, right = board.bars
    left += names + 8
    number = NUMBER[board.narrow]
    values = [0.0, *(value for _, _, value, _ in bars)]
    low, high = min(values), max(values)
    below = signed(low).startswith("−")
    room = right - left - number * (2 if below else 1)
    reach = room / ((high - low) or 1.0)
    zero = left + (number if below else 0.0) - low * reach
    ends = [y for _, y, _, _ in bars]
    items: list[Item] = [
        Label((left + right) / 2, 12, f"influence ({unit})", colours.muted, text.SMALL),
        Line(zero, min(ends) - ROW / 2, zero, max(ends) + ROW / 2, colours.faint),
    ]
    for name, y, value, chosen in bars:
        end = zero + value * reach
        corners = ribbon(Curve(min(zero, end), y, max(zero, end), y), 0, 0, BAR)
        ink = colours.ink if chosen else colours.muted
        if abs(end - zero) > 0.3:
            items.append(Area(corners, rgba(colours.sign(value), 1.0 if chosen else FAINT)))
        said = text.shorten(name, text.SMALL, names)
        items.append(Label(left - 8, y, said, ink, text.SMALL, "end", chosen))
        backwards = signed(value).startswith("−")
        anchor: Anchor = "end" if backwards else "start"
        x = end - 5 if backwards else end + 5
        items.append(Label(x, y, short_amount(value), ink, text.SMALL, anchor, chosen))
    return items


def _figure(board: Board, *stages: list[Item], bottom: float) -> go.Figure:
    """The stages from the back to the front."""
    height = bottom + ROW / 2 + 8
    drawn = tuple(tuple(stage) for stage in stages if stage)
    return to_figure(Scene(board.width, height, 1.0, drawn, (), 0), board.colours)
