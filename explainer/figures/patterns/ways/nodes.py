"""What stands on the ribbons at hidden states: dots, the target's ring, a mark of the selection."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from explainer.figures.canvas.curves import Points, pill, ribbon
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import rgba
from explainer.figures.canvas.scene import Area, Disc, Item
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.ways.lanes import Bundle, Lane
from explainer.figures.patterns.ways.ribbons import FADED, middle
from explainer.results.route import Edge

RING = 16.0
"""px that a target's ring is wide, and at least as much again that it is tall."""


def nodes(lanes: Sequence[Lane], drawn: Drawn, frame: Frame) -> list[Item]:
    """A dot at every node that a pattern visits, in the colour of its strongest line; the rings."""
    explanation, view = drawn.explanation, drawn.view
    visits: dict[tuple[int, int], list[Lane]] = {}
    for lane in lanes:
        for layer, position in enumerate(lane.pattern.nodes):
            visits.setdefault((layer, position), []).append(lane)
    goals = {(explanation.model.layers, at): 0.0 for at in explanation.target.positions}
    items: list[Item] = []
    for (layer, position), here in visits.items():
        low, high = _span([(lane.offsets[layer], lane.widths[layer]) for lane in here])
        if (layer, position) in goals:
            goals[layer, position] = 2 * max(-low, high)
            continue
        lead = [lane for lane in here if drawn.leads(lane.pattern)]
        strong = max(lead or here, key=lambda lane: lane.widths[layer])
        colour = view.colours.sign((strong.core or strong.whole)[layer])
        outline = rgba(colour, 1.0 if lead else 2 * FADED)
        y = frame.rows[position] + (low + high) / 2
        dot = Disc(frame.columns[layer], y, frame.dot / 2, view.colours.surface, outline, 1.3)
        items.append(dot)
    seen = sorted(frame.rows[position] for _, position in goals if position in frame.rows)
    apart = min((below - above for above, below in pairwise(seen)), default=math.inf)
    for (layer, position), tall in goals.items():
        if position in frame.rows:
            x, y = frame.columns[layer], frame.rows[position]
            # Of targets in neighbouring rows each has a ring of its own.
            ring = pill(x, y, RING, min(max(RING + 4, tall + 10), apart - 3))
            items.append(Area(ring, rgba(view.colours.ink, 0), view.colours.ink, 2.0))
    return items


def marks(
    lanes: Sequence[Lane], bundles: Iterable[Bundle], drawn: Drawn, frame: Frame
) -> list[Item]:
    """A thin outline around the selected node or step."""
    view = drawn.view
    place = view.place
    if place is None:
        return []
    here = [lane for lane in lanes if lane.pattern.passes(place, view.level)]
    if isinstance(place, Edge):
        passing = set(map(id, here))
        taken = [b for b in bundles if b.edge.layer == place.layer and id(b.lanes[0]) in passing]
        return [
            Area(_around(bundle, frame), rgba("#000000", 0), view.colours.ink, 1.3)
            for bundle in taken
        ]
    if not here:
        return []
    layer = place.layer
    low, high = _span([(lane.offsets[layer], lane.widths[layer]) for lane in here])
    y = frame.rows[place.position] + (low + high) / 2
    outline = pill(frame.columns[layer], y, frame.dot + 8, max(9.0, high - low + 3) + 6)
    return [Area(outline, rgba("#000000", 0), view.colours.ink, 1.6)]


def _around(bundle: Bundle, frame: Frame) -> Points:
    """An outline with a little room around all lanes of a bundle."""
    curve, across = middle(bundle, frame)
    layer = bundle.edge.layer
    starts, ends = (
        _span(
            [
                (places[end], lane.widths[layer + end])
                for places, lane in zip(across, bundle.lanes, strict=True)
            ]
        )
        for end in (0, 1)
    )
    thick = (7.0 + starts[1] - starts[0], 7.0 + ends[1] - ends[0])
    return ribbon(curve, sum(starts) / 2, sum(ends) / 2, thick, (0.06, 0.94))


def _span(placed: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The ends of what lies at these places with these widths, in px."""
    return (
        min(place - width / 2 for place, width in placed),
        max(place + width / 2 for place, width in placed),
    )
