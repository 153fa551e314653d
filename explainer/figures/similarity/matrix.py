"""The matrix of two texts: a cell for each pair, its colour by sign and size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explainer.base.numbers import signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Points
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label, Scene, Spot
from explainer.figures.canvas.wording import measured
from explainer.figures.similarity.said import left_out, of_pair, round_number, token_name
from explainer.figures.similarity.view import Shown
from explainer.results.logits import LARGEST
from explainer.results.target import COSINE

CELL = (14.0, 58.0)
"""px of a cell's width, at least and at most."""
HIGH = (20.0, 30.0)
"""The same of its height."""
NUMBERED = 38.0
"""px from which a cell has its number."""
LABEL = 110.0
"""px of a word's name, at most."""
TURN = 45.0
"""Degrees by which names above columns rise that do not fit beside each other."""
RISE = float(np.sin(np.radians(TURN)))
STEPS = 20
"""Shades of each colour: what looks alike is one shape."""
FULL = 0.92
"""Opacity of the strongest pair."""
LONGEST = 5
"""Characters of a number in a cell, at most."""
READ = 0.5
"""Opacity from which a number is written in the page's colour."""
LEGEND = 46.0
LEGEND_WIDE = 270.0
SWATCH = 14.0
MARGIN = 10.0
"""px at the left and the right, for a font that is wider than is expected."""
FIRST, SECOND = "first ↓", "second text →"


@dataclass(frozen=True)
class Grid:
    """Where the cells are, in px: the left edge of the first, sizes, and the room for names."""

    left: float
    top: float
    wide: float
    high: float
    room: float
    turned: bool

    def place(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell."""
        return self.left + (column + 0.5) * self.wide, self.top + (row + 0.5) * self.high


def matrix_scene(shown: Shown) -> Scene:
    """The matrix: rows are the first text's, columns the second's."""
    grid, width = _grid(shown)
    colours, largest = shown.view.colours, shown.largest
    height = grid.top + grid.high * len(shown.rows)
    cells: list[Item] = []
    numbers: list[Item] = []
    spots = []
    order = {pair[:2]: pair for pair in shown.pairs}
    for row, i in enumerate(shown.rows):
        for column, j in enumerate(shown.columns):
            pair = order[i, j]
            x, y = grid.place(row, column)
            opacity = _opacity(pair.score, largest)
            if opacity:
                fill = rgba(colours.sign(pair.score), opacity)
                cells.append(Area(_box(x, y, grid, 0.5), fill))
            if grid.wide >= NUMBERED and (said := _short(pair.score)):
                ink = colours.surface if opacity >= READ else colours.ink
                numbers.append(Label(x, y, said, ink, text.SMALL - 1))
            spots.append(Spot(x, y, "point", i, 0, i, j, None, of_pair(shown, pair)))
    frame = Area(
        _frame(grid.left, grid.top, grid.wide * len(shown.columns), height - grid.top),
        "rgba(0,0,0,0)",
        colours.faint,
        1.0,
    )
    stages = [[frame, *cells], [*_ring(shown, grid, colours)], [*_names(shown, grid), *numbers]]
    legend = max(MARGIN, min(grid.left, width - LEGEND_WIDE))
    stages.append(_legend(legend, height + 12, shown, colours))
    return Scene(
        width=width,
        height=height + LEGEND,
        scale=min(grid.wide / largest, LARGEST) if largest else grid.wide,
        stages=tuple(tuple(stage) for stage in stages),
        spots=tuple(spots),
        hidden_flows=0,
    )


def _grid(shown: Shown) -> tuple[Grid, float]:
    first, second = shown.matrix.first, shown.matrix.second
    across = [text.width(token_name(second, j), text.SMALL) for j in shown.columns]
    down = [text.width(token_name(first, i), text.SMALL) for i in shown.rows]
    room = min(max(*down, text.width(FIRST, text.SMALL)), LABEL, 0.3 * shown.view.width)
    left = room + 8 + MARGIN
    fitting = (shown.view.width - left - MARGIN) / len(shown.columns)
    turned = max(across) > min(CELL[1], fitting) - 6
    beside = MARGIN
    if turned:  # the last names rise beyond the cells
        beside += max(RISE * min(px, LABEL) - CELL[0] * k for k, px in enumerate(across[::-1]))
    fitting = (shown.view.width - left - beside) / len(shown.columns)
    wide = max(CELL[0], min(CELL[1], fitting))
    top = 24.0 + (RISE * min(max(across), LABEL) + 14 if turned else 20.0)
    high = max(HIGH[0], min(HIGH[1], wide))
    grid = Grid(left, top, wide, high, room, turned)
    return grid, max(left + wide * len(shown.columns) + beside, MARGIN + LEGEND_WIDE)


def _opacity(score: float, largest: float) -> float:
    """Of a cell, in steps; 0 for next to nothing."""
    share = abs(score) / largest if largest else 0.0
    return FULL * round(STEPS * share) / STEPS


def _short(score: float) -> str:
    """A number for a cell; nothing for what rounds to nothing."""
    said = signed(score)
    return "" if said == signed(0.0) or len(said) > LONGEST else said.removeprefix("+")


def _box(x: float, y: float, grid: Grid, gap: float) -> Points:
    wide, high = grid.wide - 2 * gap, grid.high - 2 * gap
    return _frame(x - wide / 2, y - high / 2, wide, high)


def _frame(left: float, top: float, wide: float, high: float) -> Points:
    right, bottom = left + wide, top + high
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)))


def _ring(shown: Shown, grid: Grid, colours: Palette) -> list[Item]:
    """Around the selected cell."""
    if shown.selected is None:
        return []
    i, j = shown.selected
    x, y = grid.place(shown.rows.index(i), shown.columns.index(j))
    return [Area(_box(x, y, grid, 0.0), "rgba(0,0,0,0)", colours.ink, 2.0)]


def _names(shown: Shown, grid: Grid) -> list[Item]:
    """The words beside the rows and above the columns, and whose they are."""
    colours, (first, second) = shown.view.colours, (shown.matrix.first, shown.matrix.second)
    bold = shown.selected or (-1, -1)
    items: list[Item] = [
        Label(grid.left, 9, SECOND, colours.muted, text.SMALL, "start"),
        Label(grid.left - 8, grid.top - 9, FIRST, colours.muted, text.SMALL, "end"),
    ]
    for row, i in enumerate(shown.rows):
        _, y = grid.place(row, 0)
        said = text.shorten(token_name(first, i), text.SMALL, grid.room)
        items.append(
            Label(grid.left - 8, y, said, colours.ink, text.SMALL, "end", bold=i == bold[0])
        )
    for column, j in enumerate(shown.columns):
        x, _ = grid.place(0, column)
        name, strong = token_name(second, j), j == bold[1]
        said = text.shorten(name, text.SMALL, LABEL if grid.turned else grid.wide - 4)
        y = grid.top - 10
        if grid.turned:
            items.append(
                Label(x, y, said, colours.ink, text.SMALL, "start", bold=strong, turn=TURN)
            )
        else:
            items.append(Label(x, y, said, colours.ink, text.SMALL, bold=strong))
    return items


def _legend(left: float, top: float, shown: Shown, colours: Palette) -> list[Item]:
    """A strip of the colours, with the numbers that they stand for."""
    largest, y = shown.largest, top + 12
    if not largest:
        return [Label(left, y, "no pair adds anything", colours.muted, text.SMALL, "start")]
    low, high = round_number(-largest), measured(round_number(largest), COSINE)
    x = left + text.width(low, text.SMALL) + 12
    items: list[Item] = [Label(left, y, low, colours.muted, text.SMALL, "start")]
    for step in range(-4, 5):
        if step:
            fill = rgba(colours.sign(step), FULL * abs(step) / 4)
            items.append(Area(_frame(x, y - 5, SWATCH, 10), fill))
        else:
            items.append(Label(x + SWATCH / 2, y, "0", colours.muted, text.SMALL))
        x += SWATCH
    items.append(Label(x + 6, y, high, colours.muted, text.SMALL, "start"))
    if gone := left_out(shown):
        items.append(Label(left, y + 18, gone, colours.muted, text.SMALL, "start"))
    return items
