"""All influence, not only the patterns': wide pale bands behind, and each block's shares above."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from explainer.base.numbers import percent
from explainer.figures.canvas import wording
from explainer.figures.canvas.curves import Curve, ribbon
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label, Spot
from explainer.figures.canvas.text import SMALL
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.view import Overlay
from explainer.figures.patterns.ways.lanes import THICKEST
from explainer.results.route import SKIP, Edge
from explainer.results.total_flow import TotalFlow

MOST = 160
"""The number of bands that are drawn at most."""
THINNEST = 0.6
"""px below which a band is left out."""


@dataclass(frozen=True)
class Band:
    """All influence between two nodes by one kind of component, in logits.

    `strongest` is the head that carries most of it (None for skip).
    """

    edge: Edge
    value: float
    strongest: int | None


def bands(flow: TotalFlow, overlay: Overlay, shown: Collection[int]) -> tuple[list[Band], int]:
    """The largest bands between tokens that are shown, and how many there are in all.

    Works on whole arrays: a long text has millions of bands.
    """
    moved = flow.heads.sum(axis=1, dtype=np.float64)
    kinds = [(flow.skip, True)] if overlay in ("skip", "both") else []
    kinds += [(moved, False)] if overlay in ("heads", "both") else []
    rows = np.asarray(sorted(shown))
    found: list[Band] = []
    for values, skip in kinds:
        chosen = values[:, rows] if skip else values[:, rows][:, :, rows]
        order = np.argsort(-np.abs(chosen), axis=None, kind="stable")[:MOST]
        for place in zip(*np.unravel_index(order, chosen.shape), strict=True):
            layer, target, source = int(place[0]), int(rows[place[1]]), int(rows[place[-1]])
            strongest = None if skip else int(np.abs(flow.heads[layer, :, target, source]).argmax())
            edge = Edge(layer, source, target, SKIP if skip else None)
            found.append(Band(edge, float(chosen[place]), strongest))
    largest = sorted(found, key=lambda band: -abs(band.value))[:MOST]
    count = sum(int(np.count_nonzero(values)) for values, _ in kinds)
    return [band for band in largest if band.value], count


def drawable(found: list[Band], scale: float) -> list[Band]:
    """The bands that are wide enough to be seen."""
    return [band for band in found if abs(band.value) * scale >= THINNEST]


def draw(
    kept: list[Band], drawn: Drawn, frame: Frame, scale: float
) -> tuple[list[Item], list[Spot]]:
    """The bands with their spots."""
    items: list[Item] = []
    spots: list[Spot] = []
    flow, colours = drawn.explanation.flow, drawn.view.colours
    if not kept or flow is None:
        return items, spots
    # Block by block: a copy of all heads of a long text takes hundreds of megabytes.
    totals = [
        float(np.abs(skip).sum() + np.abs(heads).sum(dtype=np.float64))
        for skip, heads in zip(flow.skip, flow.heads, strict=True)
    ]
    for band in kept:
        edge = band.edge
        curve = Curve(
            frame.columns[edge.layer],
            frame.rows[edge.source],
            frame.columns[edge.layer + 1],
            frame.rows[edge.target],
        )
        colour = colours.skip if edge.component == SKIP else colours.heads
        outline = ribbon(curve, 0, 0, min(THICKEST, abs(band.value) * scale))
        items.append(Area(outline, rgba(colour, colours.wash)))
        lines = wording.of_flow(
            drawn.explanation, edge, band.value, totals[edge.layer], band.strongest
        )
        x, y = curve.point(0.38)
        spots.append(Spot(x, y, "flow", None, *edge, lines))
    return items, spots


def largest(found: list[Band]) -> float:
    """The largest |flow| of a band in logits (0 without bands)."""
    return max((abs(band.value) for band in found), default=0.0)


def shares(flow: TotalFlow, frame: Frame, colours: Palette) -> tuple[list[Item], list[Spot]]:
    """What skip carries of all that moves in each block, and the heads: said at its name.

    With an overlay it is drawn there as well, as a stacked bar above the block.
    """
    items: list[Item] = []
    spots: list[Spot] = []
    span = frame.column_width * (0.72 if frame.column_width > 48 else 0.84)
    for layer, share in enumerate(flow.skip_shares()):
        if not flow.skip[layer].any() and not flow.heads[layer].any():
            continue  # nothing flows, so nothing has a share of it
        left = (frame.columns[layer] + frame.columns[layer + 1] - span) / 2
        said = percent(float(share))
        lines = (
            f"block {layer}",
            f"{said} of all influence stays by the skip connection",
            f"{percent(1 - float(share))} moves through the attention heads",
        )
        at = frame.names[0]
        if frame.shares_top is not None:
            at = top = frame.shares_top + 16
            cut = left + span * float(share)
            for x0, x1, colour in ((left, cut, colours.skip), (cut, left + span, colours.heads)):
                corners = np.array([(x0, top), (x1, top), (x1, top + 9), (x0, top + 9)])
                items.append(Area(corners, rgba(colour, 0.85)))
            words = _fitting(said, span)
            items.append(Label(left + span / 2, top - 8, words, colours.ink, SMALL))
        spots.append(Spot(left + span / 2, at, "flow", None, layer, 0, 0, SKIP, lines))
    return items, spots


def _fitting(said: str, span: float) -> str:
    if span >= 66:
        return f"skip {said}"
    return said if span >= 32 else said.removesuffix(" %")
