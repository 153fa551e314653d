"""What is left of a prediction under each method: Q as a dot, and what its paths carry as a bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explainer.base.numbers import percent, signed
from explainer.figures.canvas.axes import Range, reach, value_axis
from explainer.figures.canvas.frame import NARROW
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Line, Scene, Spot
from explainer.figures.canvas.text import BODY, SMALL, shorten, width
from explainer.results.route import Level
from explainer.results.target import LOGITS, Unit

Kind = Literal["pattern", "variant", "part", "rival", "control"]
ROW, TALL_ROW = 26.0, 40.0
TOP, BELOW = 32.0, 44.0
NUMBER, BAR, COUNT = 58.0, 150.0, 64.0
"""Width of the columns beside the dots: Q left, influence carried, how much is kept."""


@dataclass(frozen=True)
class AblationRow:
    """Under one method: `value` is the Q that is left, `size` how many nodes, or heads
    and skips, were kept or removed; `share` is what its paths carry of Σ|g| (None: it has none).
    """

    label: str
    kind: Kind
    value: float
    size: int
    share: float | None

    @property
    def own(self) -> bool:
        """Whether it is the pattern, or made of it."""
        return self.kind in ("pattern", "variant", "part")


@dataclass(frozen=True)
class Ablations:
    """All methods side by side: `whole` is Q of the model as it is, for `correct` over `wrong`.

    `level` and `removed` say what was kept, or removed; `positive` that only the paths of words
    that pull towards the answer count; `measured_in` is the unit of Q.
    """

    correct: str
    wrong: str | None
    whole: float
    level: Level
    removed: bool
    positive: bool
    rows: tuple[AblationRow, ...]
    measured_in: Unit = LOGITS

    @property
    def ranked(self) -> tuple[AblationRow, ...]:
        """What speaks most for the method first: with it alone nearest to the whole model's Q, for
        more is no better; or little left without it."""
        if not self.removed:
            return tuple(sorted(self.rows, key=lambda row: abs(row.value - self.whole)))
        sign = 1 if self.whole > 0 else -1
        return tuple(sorted(self.rows, key=lambda row: sign * row.value))

    @property
    def unit(self) -> str:
        return "nodes" if self.level == "embedding" else "heads and skips"


def ablations_summary(of: Ablations) -> str:
    """The result in one sentence: what the patterns leave, and the rival that does most.

    Parts of the patterns, and controls that cut as many heads and skips, take the rival's place.
    """
    own = next(row for row in of.rows if row.kind == "pattern")
    rivals = [row for row in of.ranked if row.kind == "rival"]
    whose = "of the patterns that pull towards the answer" if of.positive else "of the patterns"
    what = f"the {of.unit} {whose}"
    if of.removed:
        said = f"Without {what}, Q is {signed(own.value)} instead of {signed(of.whole)}"
        best = "of the rivals, {} takes most away and leaves {}"
    else:
        said = f"With only {what} kept, Q is {signed(own.value)} of {signed(of.whole)}"
        best = "of the rivals, {} comes nearest, {}"
    if own.value * of.whole < 0:
        preferred = of.correct if own.value > 0 else (of.wrong or "another class")
        said += f" and the model prefers “{preferred}”"
    controls = [row for row in of.ranked if row.kind in ("part", "control")]
    if controls:
        listed = ", ".join(f"{row.label} {signed(row.value)}" for row in controls)
        said += f"; beside it, without {listed}"
    elif rivals:
        said += f"; {best.format(rivals[0].label, signed(rivals[0].value))}"
    return f"{said}."


def ablations_scene(of: Ablations, *, px: float, dark: bool = False) -> Scene:
    """One row per method, the best first, with lines at 0 and at Q of the whole model."""
    colours, narrow = palette(dark), px < NARROW
    rows = of.ranked
    left, right = _span(rows, px, narrow)
    high = TALL_ROW if narrow else ROW
    bottom = TOP + high * len(rows)
    found = reach([of.whole, *(row.value for row in rows)])
    x = Range(found.low, found.high, left, right)
    axis = f"Q left, {of.measured_in}"
    items: list[Item] = list(value_axis(x, TOP, bottom, axis, False, colours))
    if narrow:  # names stand over the dots: lines through the whole figure would cross them out
        items = [item for item in items if isinstance(item, Label)]
    items += _marks(of, x, None if narrow else bottom, colours)
    bars = None
    if not narrow:
        shares = reach([row.share for row in rows if row.share is not None])
        start = right + NUMBER + 24
        bars = Range(shares.low, shares.high, start, start + BAR - 46)
        items += _heads(of, right, bars, px, colours)
    spots = []
    for number, row in enumerate(rows):
        y = TOP + high * (number + (0.68 if narrow else 0.5))
        if narrow:
            items += _above(row, y - 18, px, colours)
            items += (
                Line(x.at(value), y - 8, x.at(value), y + 8, colour, size)
                for value, colour, size in ((0.0, colours.muted, 1.0), (of.whole, colours.ink, 1.5))
            )
        items += _dot(row, x, y, colours)
        if bars is not None:
            items += _beside(row, left, right, bars, y, px, colours)
        spots.append(Spot(x.at(row.value), y, "point", None, 0, 0, 0, None, _says(row, of)))
    return Scene(px, bottom + BELOW, 1.0, (tuple(items),), tuple(spots), 0)


def _span(rows: tuple[AblationRow, ...], px: float, narrow: bool) -> tuple[float, float]:
    """Where the dots' axis begins and ends."""
    if narrow:
        return 12.0, px - 16.0
    names = max(width(row.label, BODY) for row in rows)
    return min(names + 14, 0.32 * px), px - NUMBER - BAR - COUNT - 24


def _marks(of: Ablations, x: Range, bottom: float | None, colours: Palette) -> Iterator[Item]:
    """Q of the whole model, with a line down to `bottom`."""
    at = x.at(of.whole)
    said = f"whole model {signed(of.whole)}"
    room = width(said, SMALL) / 2
    yield Line(at, TOP - 5, at, TOP - 1 if bottom is None else bottom, colours.ink, 1.5)
    place = min(max(at, x.start + room), x.end + 12 - room)
    yield Label(place, TOP - 13, said, colours.ink, SMALL)


def _heads(of: Ablations, right: float, bars: Range, px: float, colours: Palette) -> Iterator[Item]:
    y = TOP - 13
    yield Label(right + NUMBER, y, "Q left", colours.muted, SMALL, "end")
    yield Label(bars.start, y, "influence carried", colours.muted, SMALL, "start")
    unit = "nodes" if of.level == "embedding" else "parts"
    said = f"{unit} {'cut' if of.removed else 'kept'}"
    yield Label(px - 8, y, said, colours.muted, SMALL, "end")


def _dot(row: AblationRow, x: Range, y: float, colours: Palette) -> Iterator[Item]:
    """The value, with a stem from 0."""
    colour = colours.sign(row.value) if row.own else colours.muted
    yield Line(x.at(0), y, x.at(row.value), y, rgba(colour, 0.45), 2.5)
    yield Disc(x.at(row.value), y, 6.0, colour, colours.surface, 1.0)


def _beside(
    row: AblationRow, left: float, right: float, bars: Range, y: float, px: float, colours: Palette
) -> Iterator[Item]:
    """Name and numbers in columns."""
    bold = row.kind == "pattern"
    ink = colours.ink if row.own else colours.muted
    name = shorten(row.label, BODY, left - 12)
    yield Label(left - 10, y, name, ink, BODY, "end", bold=bold)
    yield Label(right + NUMBER, y, signed(row.value), ink, SMALL, "end", bold=bold)
    if row.share is None:
        yield Label(bars.start, y, "names no paths", colours.muted, SMALL, "start")
    else:
        ends = sorted((bars.at(0), bars.at(row.share)))
        corners = [(ends[0], y - 5), (ends[1], y - 5), (ends[1], y + 5), (ends[0], y + 5)]
        colour = colours.sign(row.share) if row.own else colours.muted
        yield Area(np.array(corners), rgba(colour, 0.7))
        yield Label(ends[1] + 6, y, percent(row.share), ink, SMALL, "start", bold=bold)
    yield Label(px - 8, y, str(row.size), ink, SMALL, "end", bold=bold)


def _above(row: AblationRow, y: float, px: float, colours: Palette) -> Iterator[Item]:
    """Name and numbers over the row's dot, where there is no room beside it."""
    bold = row.kind == "pattern"
    ink = colours.ink if row.own else colours.muted
    said = signed(row.value)
    if row.share is not None:
        said += f" · carries {percent(row.share)}"
    yield Label(px - 8, y, said, ink, SMALL, "end", bold=bold)
    room = px - width(said, SMALL) - 16
    yield Label(2, y, shorten(row.label, SMALL, room), ink, SMALL, "start", bold=bold)


def _says(row: AblationRow, of: Ablations) -> tuple[str, ...]:
    """What pointing at a dot tells."""
    said = [
        row.label,
        f"Q left {signed(row.value)} of {signed(of.whole)}",
        f"{row.size} {of.unit} {'cut' if of.removed else 'kept'}",
    ]
    if row.share is not None:
        said.append(f"its paths carry {percent(row.share)} of the words’ influence")
    return tuple(said)
