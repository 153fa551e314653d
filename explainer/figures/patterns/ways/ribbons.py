"""The patterns as ribbons: as wide as the influence that is still on its way, so that they thin.

Pale is what has passed a pattern's nodes, darker within what its heads and skips carry alone: at
half strength by a skip connection, in full colour by a head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from explainer.figures.canvas.curves import Curve, Points, crossing, ribbon
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import ALONE, PALE, QUIET, rgba
from explainer.figures.canvas.scene import Area, Item
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.ways.lanes import Bundle, Lane
from explainer.results.route import SKIP

FADED = 0.22
"""Opacity, times its usual one, of what the selection does not mean."""
CROWD = 14
"""The number of patterns above which the weak ones step back and few heads are named."""
WEAK = 0.12
"""A weak pattern's influence at most, as a share of the strongest one's."""
BACK = 0.55
"""Opacity, times its usual one, of a weak pattern in a crowd."""


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


def ribbons(bundles: Sequence[Bundle], drawn: Drawn, frame: Frame) -> tuple[list[Item], ...]:
    """The edges from the back to the front: what is faded, what passes nodes, skips, heads."""
    back: list[Item] = []
    pale: list[Item] = []
    quiet: list[Item] = []
    loud: list[Item] = []
    view, weak = drawn.view, _weak(bundles, drawn)
    for bundle in bundles:
        edge = bundle.edge
        steps = slice(edge.layer, edge.layer + 2)
        by_skip = edge.component == SKIP
        curve, across = middle(bundle, frame)
        for lane, places in zip(bundle.lanes, across, strict=True):
            leads = drawn.leads(lane.pattern)
            steps_back = abs(lane.pattern.value(view.level)) < weak
            strength = FADED if not leads else BACK if steps_back else 1.0
            layers = [(lane.whole[steps], PALE if lane.core else ALONE, pale)]
            if lane.core:
                layers.append((lane.core[steps], *((QUIET, quiet) if by_skip else (1.0, loud))))
            for (first, last), opacity, into in layers:
                kept = back if not leads else into
                for outline, value in outlines(curve, places, (first, last), lane.least):
                    fill = rgba(view.colours.sign(value), opacity * strength)
                    kept.append(Area(outline, fill))
    return back, pale, quiet, loud


def outlines(
    curve: Curve, across: tuple[float, float], values: tuple[float, float], least: float
) -> Iterator[tuple[Points, float]]:
    """A ribbon from one value in px to another, each piece with a value of its sign.

    It is in two pieces where the sign turns on the way.
    """
    first, last = values
    if first * last >= 0:
        yield ribbon(curve, *across, values, least=least), first + last
        return
    cut = crossing(first, last)
    yield ribbon(curve, *across, values, (0, cut), least), first
    yield ribbon(curve, *across, values, (cut, 1), least), last


def _weak(bundles: Sequence[Bundle], drawn: Drawn) -> float:
    """The |influence| below which a pattern steps back: 0 unless there are very many."""
    patterns = {id(ln.pattern): ln.pattern for bundle in bundles for ln in bundle.lanes}
    shown = [abs(p.value(drawn.view.level)) for p in patterns.values() if drawn.leads(p)]
    return WEAK * max(shown) if len(shown) > CROWD else 0.0


def strongest(bundle: Bundle, drawn: Drawn) -> Lane:
    """The lane that carries most along an edge, of those that the selection does not fade."""
    layer = bundle.edge.layer
    return max(bundle.lanes, key=lambda lane: (drawn.leads(lane.pattern), abs(lane.carried(layer))))
