"""What cuts do: influence against the effect of every cut, and what is left with few nodes kept.

`rows` and `points` are the tables of `explainer.evaluation.evidence.protocols.measured`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, pairwise
from typing import TYPE_CHECKING

from explainer.base.checks import number, text
from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas.axes import (
    Roots,
    reach,
    root,
    root_reach,
    side_axis,
    value_axis,
)
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.scene import Disc, Item, Label, Line, Scene, Spot
from explainer.figures.canvas.text import BODY, SMALL, shorten, width
from explainer.figures.charts.dots import BELOW, NOTE, TOP, WIDTH, placed
from explainer.figures.charts.evaluation import HUES, end_labels
from explainer.results.logits import LARGEST
from explainer.results.target import LOGITS

if TYPE_CHECKING:
    import pandas as pd

HIGH = 280.0
KEY = 24.0
OWN, OTHER = "a pattern’s own head", "another head on the same step"
NEAR = 0.05
"""In Q's unit: cuts with less influence and less effect lie on each other at 0."""
LINE = 18.0
SAMPLE = 600
"""So many dots are drawn at most: the first ones."""


NEXT_TO_NOTHING = 0.03
"""A share below 0 by less needs no room of its own."""


@dataclass(frozen=True)
class CutPoint:
    """A cut head: the influence through it and what Q loses without it, in Q's unit.

    `own` where a pattern takes it, `task` the name of what its sentence is of. Raises
    ExplainerError for what is no number, or no text.
    """

    influence: float
    lost: float
    own: bool
    task: str = ""

    def __post_init__(self) -> None:
        text("cut's task", self.task)
        for name in ("influence", "lost"):
            number(f"cut's {name}", getattr(self, name), -LARGEST, LARGEST, "a number of logits")


@dataclass(frozen=True)
class KeptPoint:
    """`share` of Q's difference that is left with `nodes` kept, in the mean, with its interval."""

    nodes: float
    share: float
    low: float
    high: float


def cut_points(points: pd.DataFrame, of: str) -> list[CutPoint]:
    """The cuts `of` a kind, edges or nodes."""
    rows = points[points["of"] == of][["influence", "lost", "own", "task"]]
    return [
        CutPoint(float(g), float(lost), bool(own), str(task))
        for g, lost, own, task in rows.to_numpy()
    ]


def kept_curves(
    rows: pd.DataFrame, measure: str, instead: str, labels: Mapping[str, str]
) -> dict[str, list[KeptPoint]]:
    """Of every method by its label what is left with the strongest words' nodes or steps kept."""
    nodes = rows[rows["measure"] == "nodes"].set_index("of")["value"].sort_values()
    found = rows[(rows["measure"] == measure) & (rows["instead"] == instead)]
    curves: dict[str, list[KeptPoint]] = {}
    for method, of_method in found.dropna(subset="value").groupby("method", sort=False):
        at = of_method.set_index("of")
        curves[labels[str(method)]] = [
            KeptPoint(float(kept), *map(float, at.loc[words, ["value", "low", "high"]]))
            for words, kept in nodes.items()
            if words in at.index
        ]
    return curves


def cuts_scene(
    points: Sequence[CutPoint],
    *,
    title: str,
    under: str = "",
    drawn: str = "",
    unit: str = LOGITS,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """A dot for every cut, its influence to the right and what Q loses upwards, both in the `unit`
    of Q; `under` the title.

    Where there are several tasks, a pattern's own heads have the colour of theirs. A prediction
    without error would lie on the broken line. Most cuts do next to nothing, so that places are
    those of square roots; how many lie near 0, and how the cuts were `drawn`, stands below.
    """
    colours = palette(dark)
    top, bottom = TOP + 18, TOP + 18 + HIGH
    shown = sorted(points[:SAMPLE], key=lambda point: point.own)  # own heads in front
    x = replace(root_reach([point.influence for point in shown]), start=60, end=px - 16)
    y = replace(root_reach([point.lost for point in shown]), start=bottom, end=top)
    items: list[Item] = [
        Label(0, 14, title, colours.ink, BODY, "start", bold=True),
        Label(0, 34, shorten(under, SMALL, px), colours.muted, SMALL, "start"),
    ]
    items += side_axis(y, x.start, x.end, False, colours)
    axis = f"influence, {unit} (upwards: Q lost by the cut, {unit})"
    items += value_axis(x, top, bottom, axis, False, colours)
    ends = max(x.low, y.low), min(x.high, y.high)
    items += _broken(x, y, *ends, colours)
    hues = _hues(shown, colours)
    spots = []
    for point in shown:
        at = x.at(point.influence), y.at(point.lost)
        items.append(_dot(*at, hues[point.task] if point.own else "", colours))
        kind = f"{OWN if point.own else OTHER}{f', {point.task}' if len(hues) > 1 else ''}"
        says = (kind, f"influence {signed(point.influence)}", f"Q lost {signed(point.lost)}")
        spots.append(Spot(*at, "point", None, 0, 0, 0, None, says))
    row, start = bottom + BELOW + 6, 6.0
    for name, colour in (*_own_names(hues), (OTHER, "")):
        if start > 6 and start + 10 + width(name, SMALL) > px:
            start, row = 6.0, row + LINE
        items.append(_dot(start, row, colour, colours))
        items.append(Label(start + 10, row, name, colours.muted, SMALL, "start"))
        start += width(name, SMALL) + 28
    near = sum(max(abs(point.influence), abs(point.lost)) < NEAR for point in shown)
    for said in filter(None, (near_note(near, len(shown)), drawn)):
        row += LINE
        items.append(Label(0, row, shorten(said, SMALL, px), colours.muted, SMALL, "start"))
    return Scene(px, row + KEY - 8, 1.0, (tuple(items),), tuple(spots), 0)


def near_note(near: int, every: int) -> str:
    """How the axes are drawn, and how many dots the place at 0 hides."""
    return f"square-root axes; {near} of {counted(every, 'dot')} within {NEAR:g} of 0"


def _hues(points: Sequence[CutPoint], colours: Palette) -> dict[str, str]:
    """The colour of each task, or of all of them where there is one."""
    tasks = sorted({point.task for point in points})
    return dict(zip(tasks, cycle(HUES if len(tasks) > 1 else (colours.positive,)), strict=False))


def _own_names(hues: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the patterns' own heads are called in the key, the kind once, and their colours."""
    for place, (task, colour) in enumerate(hues.items()):
        several = len(hues) > 1
        yield (task if place else f"{OWN}: {task}" if several else OWN), colour


def _dot(x: float, y: float, own: str, colours: Palette) -> Disc:
    """A cut, in the colour of a pattern's `own` or else grey; light, so that those behind it
    show."""
    colour = rgba(own, 0.6) if own else rgba(colours.muted, 0.45)
    # Without an outline, which would rub out what many lie on.
    return Disc(x, y, 3.6 if own else 2.4, colour, colour, 0.0)


def _broken(x: Roots, y: Roots, low: float, high: float, colours: Palette) -> Iterator[Item]:
    """Dashes where what is lost is the influence."""
    if high <= low:
        return
    first, last = root(low), root(high)
    roots = [first + (last - first) * step / 40 for step in range(41)]
    steps = [size * abs(size) for size in roots]
    for first, second in list(pairwise(steps))[::2]:
        yield Line(x.at(first), y.at(first), x.at(second), y.at(second), colours.faint, 1.2)


def kept_scene(
    curves: Mapping[str, Sequence[KeptPoint]],
    *,
    title: str,
    own: str,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """A line for each method, from few nodes kept to many; that of `own` stands out."""
    colours = palette(dark)
    bottom, every = TOP + HIGH, [point for curve in curves.values() for point in curve]
    room = min(max([width(name, SMALL) for name in curves] or [0.0]) + 14, 0.42 * px)
    x = placed(reach([point.nodes for point in every]), 56, px - room)
    bounds = [value for p in every for value in (p.share, p.low, p.high) if value == value]
    high = [0.0 if abs(share) < NEXT_TO_NOTHING else share for share in bounds]
    y = placed(reach([*high, 1.0]), bottom, TOP)
    items: list[Item] = [Label(0, 14, title, colours.ink, BODY, "start", bold=True)]
    items += side_axis(y, x.start, x.end, True, colours)
    axis = f"nodes kept, mean (bars: {NOTE})"
    items += value_axis(x, TOP, bottom, axis, False, colours)
    spots: list[Spot] = []
    ends: list[tuple[float, str, str]] = []
    hues = iter(HUES[1:] + HUES[:1])
    for name, curve in sorted(curves.items(), key=lambda one: one[0] == own):
        colour = colours.positive if name == own else next(hues)
        size = 3.0 if name == own else 1.6
        at = [(x.at(point.nodes), y.at(point.share)) for point in curve]
        items += (Line(*a, *b, colour, size) for a, b in pairwise(at))
        for place, point in zip(at, curve, strict=True):
            if point.low == point.low:
                bar = place[0], y.at(point.low), place[0], y.at(point.high)
                items.append(Line(*bar, rgba(colour, 0.4), 3.0))
            items.append(Disc(*place, 3.2, colour, colours.surface, 1.0))
            spots.append(_kept_spot(place, name, point))
        if at:
            ends.append((at[-1][1], name, colour))
    items += end_labels(ends, x.end + 10, room - 12, colours)
    return Scene(px, bottom + BELOW, 1.0, (tuple(items),), tuple(spots), 0)


def _kept_spot(at: tuple[float, float], name: str, point: KeptPoint) -> Spot:
    interval = f" [{percent(point.low)}, {percent(point.high)}]" if point.low == point.low else ""
    says = (
        name,
        f"{percent(point.share)}{interval} of the difference is left",
        f"{counted(round(point.nodes), 'node')} kept, mean of sentences",
    )
    return Spot(*at, "point", None, 0, 0, 0, None, says)
