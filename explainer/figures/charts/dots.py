"""Named values below each other, a dot for each and a bar through it for its 95 % interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explainer.figures.canvas.axes import Range, reach, value_axis
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.scene import Disc, Item, Label, Line, Scene, Spot
from explainer.figures.canvas.text import BODY, SMALL, shorten, width

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 720.0
ROW = 24.0
TOP = 40.0
BELOW = 46.0
NOTE = "95 % interval"


@dataclass(frozen=True)
class DotRow:
    """A value by its `label`, which `mark` follows, of `n` sentences; no interval is nan.

    `own` rows stand out, a `bold` one most.
    """

    label: str
    value: float
    low: float
    high: float
    n: int
    own: bool = False
    bold: bool = False
    mark: str = ""


def dots_scene(
    rows: Sequence[DotRow],
    *,
    title: str,
    axis: str,
    percent: bool = True,
    line: tuple[float, str] | None = None,
    most: float | None = None,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """The rows in their order; values are shares where `percent`.

    `line` draws one through a value, and names it; `most` is an end of the axis that is not passed.
    """
    colours = palette(dark)
    room = max([width(row.label + row.mark, BODY) for row in rows] or [0.0])
    left = min(room, 0.45 * px) + 14
    marked = [] if line is None else [line[0]]
    values = [v for row in rows for v in (row.value, row.low, row.high) if v == v] + marked
    bottom = TOP + ROW * len(rows)
    x = placed(reach(values, most=most), left, px - 84)
    heading = shorten(title, BODY, px)
    items: list[Item] = [Label(0, 14, heading, colours.ink, BODY, "start", bold=True)]
    note = f" ({NOTE})" if any(row.low == row.low for row in rows) else ""
    items += value_axis(x, TOP, bottom, f"{axis}{note}", percent, colours)
    if line is not None:
        items.append(Line(x.at(line[0]), TOP - 4, x.at(line[0]), bottom, colours.ink, 1.5))
        items.append(Label(x.at(line[0]), TOP - 12, line[1], colours.muted, SMALL))
    spots = []
    for number, row in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        name = shorten(row.label, BODY, left - 12 - width(row.mark, BODY)) + row.mark
        ink = colours.ink if row.own else colours.muted
        items.append(Label(left - 10, y, name, ink, BODY, "end", bold=row.bold))
        colour = colours.positive if row.own else colours.muted
        items += _dot(x, y, row, colour, colours)
        said = number_of(row.value, percent)
        items.append(Label(px - 76, y, said, ink, SMALL, "start", bold=row.bold))
        says = (row.label, f"{axis}: {said}{_interval(row, percent)}", f"{row.n} sentences")
        spots.append(Spot(x.at(row.value), y, "point", None, 0, 0, 0, None, says))
    return Scene(px, bottom + BELOW, 1.0, (tuple(items),), tuple(spots), 0)


def placed(values: Range, start: float, end: float) -> Range:
    """The range between two places in px."""
    return Range(values.low, values.high, start, end)


def share_of(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:.1f} %".replace("-", "−").replace("−0.0 %", "0.0 %")


def note_of(rows: pd.DataFrame) -> str:
    """What the bars are, where there are any."""
    return f" ({NOTE})" if rows["low"].notna().any() else ""


def number_of(value: float, percent: bool) -> str:
    """A value as it stands beside its dot."""
    return share_of(value) if percent else f"{value + 0.0:.2f}".replace("-", "−")


def _interval(row: DotRow, percent: bool) -> str:
    if row.low != row.low:
        return ""
    return f" [{number_of(row.low, percent)}, {number_of(row.high, percent)}]"


def _dot(x: Range, y: float, row: DotRow, colour: str, colours: Palette) -> Iterator[Item]:
    if row.low == row.low:
        yield Line(x.at(row.low), y, x.at(row.high), y, rgba(colour, 0.55), 3.0)
    yield Disc(x.at(row.value), y, 5.5, colour, colours.surface, 1.0)
