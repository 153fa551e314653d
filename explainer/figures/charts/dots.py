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
ROW, TALL_ROW = 24.0, 40.0
TOP = 40.0
NARROW = 480.0
"""px of width below which names have no room beside the dots: a phone's, not half a page."""
NUMBER = 70.0
"""px of the column of numbers beside the dots."""
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
    colours, narrow = palette(dark), px < NARROW
    left, right = _span(rows, px, narrow)
    marked = [] if line is None else [line[0]]
    values = [v for row in rows for v in (row.value, row.low, row.high) if v == v] + marked
    high = TALL_ROW if narrow else ROW
    bottom = TOP + high * len(rows)
    x = placed(reach(values, most=most), left, right)
    heading = shorten(title, BODY, px)
    items: list[Item] = [Label(0, 14, heading, colours.ink, BODY, "start", bold=True)]
    note = f" ({NOTE})" if any(row.low == row.low for row in rows) else ""
    under = list(value_axis(x, TOP, bottom, f"{axis}{note}", percent, colours))
    # Names stand over the dots where it is narrow: lines through all of it would cross them out.
    items += [item for item in under if isinstance(item, Label)] if narrow else under
    lines = [(0.0, colours.muted, 1.0)] if narrow and x.low <= 0 <= x.high else []
    if line is not None:
        at, room = x.at(line[0]), width(line[1], SMALL) / 2
        end = TOP if narrow else bottom
        items.append(Line(at, TOP - 4, at, end, colours.ink, 1.5))
        beside = min(max(at, room), px - room)
        items.append(Label(beside, TOP - 12, line[1], colours.muted, SMALL))
        lines.append((line[0], colours.ink, 1.5))
    spots = []
    for number, row in enumerate(rows):
        y = TOP + high * (number + (0.7 if narrow else 0.5))
        said = number_of(row.value, percent)
        if narrow:
            items += (Line(x.at(v), y - 8, x.at(v), y + 8, ink, wide) for v, ink, wide in lines)
        items += _names(row, said, y, left, px, narrow, colours)
        items += _dot(x, y, row, colours.positive if row.own else colours.muted, colours)
        says = (row.label, f"{axis}: {said}{_interval(row, percent)}", f"{row.n} sentences")
        spots.append(Spot(x.at(row.value), y, "point", None, 0, 0, 0, None, says))
    return Scene(px, bottom + BELOW, 1.0, (tuple(items),), tuple(spots), 0)


def _span(rows: Sequence[DotRow], px: float, narrow: bool) -> tuple[float, float]:
    """Where the dots' axis begins and ends."""
    if narrow:
        return 14.0, px - 20.0
    room = max([width(row.label + row.mark, BODY) for row in rows] or [0.0])
    return min(room, 0.45 * px) + 14, px - NUMBER - 14


def _names(
    row: DotRow, said: str, y: float, left: float, px: float, narrow: bool, colours: Palette
) -> Iterator[Item]:
    """A row's name and number: beside its dot, or where it is `narrow` above it."""
    ink, bold = colours.ink if row.own else colours.muted, row.bold
    if narrow:
        room = px - width(said, SMALL) - 12 - width(row.mark, SMALL)
        name = shorten(row.label, SMALL, room) + row.mark
        yield Label(0, y - 18, name, ink, SMALL, "start", bold=bold)
        yield Label(px, y - 18, said, ink, SMALL, "end", bold=bold)
        return
    name = shorten(row.label, BODY, left - 12 - width(row.mark, BODY)) + row.mark
    yield Label(left - 10, y, name, ink, BODY, "end", bold=bold)
    yield Label(px - NUMBER, y, said, ink, SMALL, "start", bold=bold)


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
