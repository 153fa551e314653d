"""The patterns themselves: ribbons, dashes, nodes, circles with head numbers, and their spots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from explainer.figures.canvas import wording
from explainer.figures.canvas.curves import Curve, Points, dashes, pill, ribbon, ribbon_pieces
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import CORE, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Spot
from explainer.figures.canvas.text import SMALL
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.lanes import Bundle, Lane
from explainer.results.route import SKIP, Edge

FADED = 0.14
CROWD = 14
"""The number of patterns above which the weak ones step back and few circles are drawn."""
WEAK = 0.12
"""A weak pattern's influence at most, as a share of the strongest one's."""
QUIET = 0.45
"""Opacity of a weak pattern in a crowd."""
MOST_CIRCLES = 30
EVERY = 40.0
"""px from one place to point at to the next along an edge."""


def middle(bundle: Bundle, frame: Frame) -> tuple[Curve, list[tuple[float, float]]]:
    """The bundle's middle line and each lane's distance across it, at both ends, in px."""
    edge = bundle.edge
    starts = [lane.offsets[edge.layer] for lane in bundle.lanes]
    ends = [lane.offsets[edge.layer + 1] for lane in bundle.lanes]
    start, end = float(np.mean(starts)), float(np.mean(ends))
    curve = Curve(
        frame.columns[edge.layer],
        frame.rows[edge.source] + start,
        frame.columns[edge.layer + 1],
        frame.rows[edge.target] + end,
    )
    return curve, [(a - start, b - end) for a, b in zip(starts, ends, strict=True)]


def ribbons(bundles: Sequence[Bundle], drawn: Drawn, frame: Frame) -> tuple[list[Item], list[Item]]:
    """The edges, back and front: faded ones behind the others."""
    back: list[Item] = []
    front: list[Item] = []
    view, weak = drawn.view, _weak(bundles, drawn)
    for bundle in bundles:
        curve, across = middle(bundle, frame)
        total = sum(lane.width for lane in bundle.lanes)
        spans = dashes(curve.length(), total) if bundle.edge.component == SKIP else None
        for lane, (start, end) in zip(bundle.lanes, across, strict=True):
            faded = not drawn.leads(lane.pattern)
            quiet = abs(lane.pattern.value(view.level)) < weak
            into = back if faded or quiet else front
            colour = view.colours.sign(lane.pattern.value(view.level))
            strength = FADED if faded else QUIET if quiet else 1.0
            whole = ribbon(curve, start, end, lane.width)
            if spans is None:
                into.append(Area(whole, rgba(colour, strength)))
                continue
            into.append(Area(whole, rgba(colour, CORE * strength)))
            pieces = ribbon_pieces(curve, start, end, lane.width, spans)
            into.extend(Area(piece, rgba(colour, strength)) for piece in pieces)
    return back, front


def _weak(bundles: Sequence[Bundle], drawn: Drawn) -> float:
    """The |influence| below which a pattern steps back: 0 unless there are very many."""
    patterns = {lane.pattern for bundle in bundles for lane in bundle.lanes}
    shown = [abs(p.value(drawn.view.level)) for p in patterns if drawn.leads(p)]
    return WEAK * max(shown) if len(shown) > CROWD else 0.0


def nodes(lanes: Sequence[Lane], drawn: Drawn, frame: Frame) -> list[Item]:
    """A pill at every node that a pattern visits, as tall as what meets there; the goal's ring."""
    explanation, view = drawn.explanation, drawn.view
    visits: dict[tuple[int, int], list[Lane]] = {}
    for lane in lanes:
        for layer, position in enumerate(lane.pattern.nodes):
            visits.setdefault((layer, position), []).append(lane)
    items: list[Item] = []
    goal = (explanation.model.layers, explanation.target.position)
    tallest = 8.0
    for (layer, position), here in visits.items():
        x, y = frame.columns[layer], frame.rows[position]
        lead = [lane for lane in here if drawn.leads(lane.pattern)]
        for marked, strength in ((here, FADED * 2), (lead, 1.0)):
            if not marked or (marked is here and len(lead) == len(here)):
                continue
            strongest = max(marked, key=lambda lane: lane.width)
            colour = view.colours.sign(strongest.pattern.value(view.level))
            low = min(lane.offsets[layer] - lane.width / 2 for lane in marked)
            high = max(lane.offsets[layer] + lane.width / 2 for lane in marked)
            height = max(frame.dot + 0.5, high - low + 3)
            centre = y + (low + high) / 2
            # The surface below hides the ends of the ribbons where the mark itself is faint.
            under = pill(x, centre, frame.dot + 2, height + 2)
            items.append(Area(under, view.colours.surface))
            items.append(Area(pill(x, centre, frame.dot, height), rgba(colour, strength)))
        if (layer, position) == goal:
            tallest = 2 * max(abs(lane.offsets[layer]) + lane.width / 2 for lane in here)
    ring = pill(
        frame.columns[goal[0]], frame.rows[goal[1]], frame.dot + 10.5, max(8.0, tallest) + 12
    )
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
    low, high = _span([(lane.offsets[place.layer], lane.width) for lane in here])
    y = frame.rows[place.position] + (low + high) / 2
    outline = pill(frame.columns[place.layer], y, frame.dot + 7, max(9.0, high - low + 3) + 6)
    return [Area(outline, rgba("#000000", 0), view.colours.ink, 1.6)]


def _around(bundle: Bundle, frame: Frame) -> Points:
    """An outline with a little room around all lanes of a bundle."""
    curve, across = middle(bundle, frame)
    widths = [lane.width for lane in bundle.lanes]
    starts, ends = (
        _span(list(zip(places, widths, strict=True))) for places in zip(*across, strict=True)
    )
    thick = 7.0 + max(starts[1] - starts[0], ends[1] - ends[0])
    return ribbon(curve, sum(starts) / 2, sum(ends) / 2, thick, (0.06, 0.94))


def _span(placed: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The ends of what lies at these places with these widths, in px."""
    return (
        min(place - width / 2 for place, width in placed),
        max(place + width / 2 for place, width in placed),
    )


def circles(bundles: Sequence[Bundle], drawn: Drawn, frame: Frame) -> list[tuple[Bundle, Disc]]:
    """A circle for each head edge, slid along the edge until it touches no other circle or node.

    An edge with no free place has none, nor have the thin ones of a crowd; their spots still name
    the head.
    """
    view, radius = drawn.view, frame.radius
    nodes_at = np.array(
        [(x, frame.rows[p]) for x in frame.columns for p in frame.rows], dtype=np.float64
    )
    placed: list[tuple[Bundle, Disc]] = []
    headed = [b for b in bundles if b.edge.component not in (None, SKIP)]
    for bundle in sorted(headed, key=lambda b: _rank(b, drawn))[:MOST_CIRCLES]:
        curve, _ = middle(bundle, frame)
        for u in 0.5 + np.array([k * s for k in range(19) for s in (0.02, -0.02)]):
            x, y = curve.point(float(u))
            here = np.array((x, y))
            if np.linalg.norm(nodes_at - here, axis=1).min() < radius + frame.dot / 2:
                continue
            if all(np.hypot(d.x - x, d.y - y) >= 2 * radius + 1.5 for _, d in placed):
                break
        else:
            continue
        lead = bundle.value_order[0].pattern
        shown = [ln for ln in bundle.lanes if drawn.leads(ln.pattern)]
        colour = view.colours.sign((shown[0].pattern if shown else lead).value(view.level))
        outline = rgba(colour, 1.0 if shown else FADED * 2)
        placed.append((bundle, Disc(x, y, radius, view.colours.surface, outline, 1.6)))
    return placed


def _rank(bundle: Bundle, drawn: Drawn) -> tuple[bool, float]:
    shown = any(drawn.leads(lane.pattern) for lane in bundle.lanes)
    return not shown, -sum(lane.width for lane in bundle.lanes)


def numbers(placed: Iterable[tuple[Bundle, Disc]], drawn: Drawn) -> list[Item]:
    """The head numbers in their circles."""
    colours = drawn.view.colours
    items: list[Item] = []
    for bundle, disc in placed:
        shown = any(drawn.leads(lane.pattern) for lane in bundle.lanes)
        colour = colours.ink if shown else colours.muted
        items.append(Label(disc.x, disc.y, str(bundle.edge.component), colour, SMALL - 0.5))
    return items


def edge_spots(
    bundles: Iterable[Bundle],
    placed: Sequence[tuple[Bundle, Disc]],
    drawn: Drawn,
    frame: Frame,
) -> list[Spot]:
    """Places to point at along every edge, on its widest lane, and one on each circle."""
    spots: list[Spot] = []
    at = {bundle.edge: disc for bundle, disc in placed}
    count = max(1, round(frame.column_width / EVERY))
    along = [(place + 0.5) / count for place in range(count)]
    for bundle in bundles:
        edge = bundle.edge
        curve, across = middle(bundle, frame)
        widest = max(bundle.lanes, key=lambda ln: (drawn.leads(ln.pattern), ln.width))
        lines = wording.of_edge(
            drawn.explanation,
            edge,
            [lane.pattern for lane in bundle.value_order],
            drawn.view.level,
        )
        places = curve.points(along, sum(across[bundle.lanes.index(widest)]) / 2)
        if edge in at:
            places.append((at[edge].x, at[edge].y))
        word = widest.pattern.source
        spots.extend(Spot(x, y, "edge", word, *edge, lines) for x, y in places)
    return spots
