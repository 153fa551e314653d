"""The heads along the ways, each as a pill with its number; and the edges' places to point at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from explainer.figures.canvas import wording
from explainer.figures.canvas.curves import pill
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import rgba
from explainer.figures.canvas.scene import Area, Item, Label, Spot
from explainer.figures.canvas.text import SMALL, width
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.ways.lanes import Bundle
from explainer.figures.patterns.ways.ribbons import FADED, middle, strongest
from explainer.results.route import SKIP

MOST = 30
"""Heads that are named at most: those on the strongest ways."""
APART = 2.0
"""px between two pills at least."""
NUMBER = SMALL - 0.5
EVERY = 40.0
"""px from one place to point at to the next along an edge."""


@dataclass(frozen=True)
class Pill:
    """A head's number on its edge, around (x, y); `half` is half its width and half its height."""

    bundle: Bundle
    x: float
    y: float
    half: tuple[float, float]

    def meets(self, x: float, y: float, half: tuple[float, float]) -> bool:
        """Whether what lies around (x, y), with this half width and height, comes too near."""
        return (
            abs(x - self.x) < self.half[0] + half[0] + APART
            and abs(y - self.y) < self.half[1] + half[1] + APART
        )


def size(number: int, radius: float) -> tuple[float, float]:
    """Half the width and half the height of a pill with this number."""
    return max(radius, width(str(number), NUMBER) / 2 + 0.55 * radius), radius


def pills(bundles: Sequence[Bundle], drawn: Drawn, frame: Frame) -> list[Pill]:
    """A pill for each head edge, slid along the edge until it meets no other pill and no node.

    An edge with no free place has none, nor have the thin ones of a crowd; their spots still name
    the head.
    """
    placed: list[Pill] = []
    headed = [b for b in bundles if b.edge.component not in (None, SKIP)]
    dots = np.array([(x, y) for x in frame.columns for y in frame.rows.values()])
    room = frame.dot / 2 + 1
    for bundle in sorted(headed, key=lambda b: _rank(b, drawn))[:MOST]:
        half = size(int(bundle.edge.component or 0), frame.radius)
        curve, _ = middle(bundle, frame)
        for u in 0.5 + np.array([k * s for k in range(19) for s in (0.02, -0.02)]):
            x, y = curve.point(float(u))
            here = Pill(bundle, x, y, half)
            free = (np.abs(dots - (x, y)) >= (half[0] + room, half[1] + room)).any(axis=1).all()
            if free and not any(other.meets(x, y, half) for other in placed):
                placed.append(here)
                break
    return placed


def _rank(bundle: Bundle, drawn: Drawn) -> tuple[bool, float]:
    layer = bundle.edge.layer
    shown = any(drawn.leads(lane.pattern) for lane in bundle.lanes)
    return not shown, -sum(abs(lane.carried(layer)) for lane in bundle.lanes)


def draw(placed: Iterable[Pill], drawn: Drawn) -> tuple[list[Item], list[Item]]:
    """The pills, in the colour of their strongest line, and the numbers in them."""
    colours = drawn.view.colours
    shapes: list[Item] = []
    numbers: list[Item] = []
    for one in placed:
        lane = strongest(one.bundle, drawn)
        shown = drawn.leads(lane.pattern)
        colour = colours.sign(lane.carried(one.bundle.edge.layer))
        outline = pill(one.x, one.y, 2 * one.half[0] - 1.6, 2 * one.half[1] - 1.6)
        edge = rgba(colour, 1.0 if shown else 2 * FADED)
        shapes.append(Area(outline, colours.surface, edge, 1.6))
        said = str(one.bundle.edge.component)
        ink = colours.ink if shown else colours.muted
        numbers.append(Label(one.x, one.y, said, ink, NUMBER, bold=shown))
    return shapes, numbers


def edge_spots(
    bundles: Iterable[Bundle], placed: Sequence[Pill], drawn: Drawn, frame: Frame
) -> list[Spot]:
    """Places to point at along every edge, on its strongest lane, and one on each pill."""
    spots: list[Spot] = []
    at = {one.bundle.edge: one for one in placed}
    count = max(1, round(frame.column_width / EVERY))
    along = [(place + 0.5) / count for place in range(count)]
    for bundle in bundles:
        edge = bundle.edge
        curve, across = middle(bundle, frame)
        lane = strongest(bundle, drawn)
        taking = [lane.pattern for lane in bundle.value_order]
        lines = wording.of_edge(drawn.explanation, edge, taking, drawn.view.level)
        places = curve.points(along, sum(across[bundle.lanes.index(lane)]) / 2)
        if edge in at:
            places.append((at[edge].x, at[edge].y))
        word = lane.pattern.source
        spots.extend(Spot(x, y, "edge", word, *edge, lines) for x, y in places)
    return spots
