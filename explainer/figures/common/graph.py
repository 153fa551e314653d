"""The patterns of many sentences as one graph: a ribbon for each step, as wide as what it carries.

At a node ribbons lie side by side, those that arrive and those that leave, in the order of where
they come from or go; blue speaks for the answer, orange against it, both are means over all
sentences. A pill names the head that carries most of a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from explainer.base.checks import number
from explainer.base.numbers import percent, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve, pill, ribbon, rounded
from explainer.figures.canvas.palette import QUIET, Palette, palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.common.ribbons import (
    BAR,
    TOP,
    VALUE,
    Board,
    Drawable,
    Edge,
    Ribbon,
    Shown,
    ribbons_of,
    scale_of,
    shown_edges,
)
from explainer.figures.common.said import common_summary, of_edges, of_roles, title
from explainer.results.common.pattern import CommonPattern
from explainer.results.route import SKIP
from explainer.results.target import LOGITS

WIDTH = 800.0
LEAST, MOST = 300.0, 2000.0
THRESHOLD = 0.02
"""Steps are drawn that carry this share of what the strongest one carries."""
LINE = 16.0
"""px of a line of the legend."""
RADIUS = 8.5
FINEST = 0.8
"""px of the thinnest ribbon."""
FADED = 0.35
"""How strong a ribbon is beside a selected one."""


def common_scene(
    common: Drawable,
    *,
    width: float = WIDTH,
    threshold: float = THRESHOLD,
    dark: bool = False,
    scale: float | None = None,
    selected: Edge | None = None,
) -> Scene:
    """The graph, `width` px wide; `threshold` is the share of the strongest step's size from which
    steps are drawn, `scale` the px of a unit of influence, where others have the same. Of a
    `selected` edge, by layer, source and target, all others are pale. Raises ExplainerError for
    another width or threshold."""
    width = number("width", width, LEAST, MOST, f"a number of px from {LEAST:g} to {MOST:g}")
    threshold = number("threshold", threshold, 0.0, 1.0, "a share from 0 to 1")
    board, colours = Board.of(common, width), palette(dark)
    shown = shown_edges(common, threshold)
    scale = scale_of(shown, board) if scale is None else scale
    legend = _legend(common, threshold, scale, board)
    ribbons = list(ribbons_of(shown, board, scale))
    curves = {one.edge: one.curve for one in ribbons}
    pills = list(_pills(shown, curves, colours))
    stages: tuple[tuple[Item, ...], ...] = (
        tuple(_board(common, board, colours)),
        tuple(_filled(ribbons, colours, selected)),
        tuple(item for pair in pills for item in pair),
        tuple(_labels(common, board, colours)),
        tuple(_below(legend, board, colours)),
    )
    spots = (*of_roles(common, board), *of_edges(common, shown, curves))
    return Scene(width, board.bottom + 12 + LINE * len(legend), scale, stages, spots, 0)


def one_scale(several: Sequence[Drawable], threshold: float = THRESHOLD) -> float:
    """The px of a unit of influence with which all of them have room."""
    found = (scale_of(shown_edges(one, threshold), Board.of(one, WIDTH)) for one in several)
    return min((scale for scale in found if scale), default=0.0)


def common_svg(
    common: CommonPattern, *, width: float = WIDTH, threshold: float = THRESHOLD, dark: bool = False
) -> str:
    """`common_scene` as an SVG file, with `common_summary` as its description."""
    scene = common_scene(common, width=width, threshold=threshold, dark=dark)
    return to_svg(scene, palette(dark).surface, title(common), common_summary(common))


def _filled(ribbons: Iterable[Ribbon], colours: Palette, selected: Edge | None) -> Iterator[Item]:
    """Skips at half the strength of heads; all but what is selected in the background."""
    for one in ribbons:
        colour = colours.positive if one.positive else colours.negative
        outline = ribbon(one.curve, one.start, one.end, max(one.thickness, FINEST))
        strength = QUIET if one.by_skip else 0.9
        if selected is not None:
            strength = 0.95 if one.edge == selected else FADED * strength
        yield Area(outline, rgba(colour, strength))


def _pills(
    shown: Shown, curves: Mapping[Edge, Curve], colours: Palette
) -> Iterator[tuple[Item, Item]]:
    """The head that carries most, on edges that heads carry more of than skip; no pill meets
    another, and of those that would the stronger one stands."""
    placed: list[tuple[float, float]] = []
    for edge in sorted(shown, key=lambda edge: -sum(step.size for step in shown[edge])):
        first = shown[edge][0]
        if first.component == SKIP:
            continue
        for u in (0.5, 0.42, 0.58, 0.34, 0.66):
            x, y = curves[edge].point(u)
            if all(abs(x - a) > 2 * RADIUS + 3 or abs(y - b) > 2 * RADIUS + 1 for a, b in placed):
                placed.append((x, y))
                said = str(first.component)
                wide = max(2 * RADIUS, text.width(said, text.SMALL) + RADIUS)
                colour = colours.sign(first.total)
                yield (
                    Area(pill(x, y, wide, 2 * RADIUS), colours.surface, colour, 1.6),
                    Label(x, y, said, colours.ink, text.SMALL - 0.5, bold=True),
                )
                break


def _board(common: Drawable, board: Board, colours: Palette) -> Iterator[Item]:
    """A band for every block, a dot for every role in every hidden state."""
    height = board.bottom - TOP
    for left, right in pairwise(board.columns):
        band = rounded((left + right) / 2, TOP + height / 2, 0.68 * (right - left), height, 8.0)
        yield Area(band, rgba(colours.muted, 0.07))
    for x in board.columns:
        for role in range(board.rows):
            yield Disc(x, board.y(role), 1.9, colours.faint, colours.faint, 0.5)
    for role in common.targets:
        x, y = board.columns[-1], board.y(role)
        yield Area(pill(x, y, 14.0, board.row - 2), rgba(colours.surface, 0.0), colours.ink, 1.6)


def _labels(common: Drawable, board: Board, colours: Palette) -> Iterator[Item]:
    """Names of blocks and roles, and bars of the roles' mean influence."""
    step = board.columns[1] - board.columns[0]
    roomy = text.width(f"block {common.model.layers - 1}", text.SMALL) <= step
    for block, (left, right) in enumerate(pairwise(board.columns)):
        said = f"block {block}" if roomy else str(block)
        yield Label((left + right) / 2, TOP - 14, said, colours.muted, text.SMALL)
    most = max(abs(role.influence) for role in common.roles) or 1.0
    for place, role in enumerate(common.roles):
        y, target = board.y(place), place in common.targets
        said = text.shorten(role.name, text.BODY, board.labels - (BAR + VALUE if board.bars else 0))
        yield Label(board.labels, y, said, colours.ink, text.BODY, "end", bold=target)
        if board.bars and role.influence:
            long = BAR * abs(role.influence) / most
            yield Area(
                np.array([(4.0, y - 5), (4.0 + long, y - 5), (4.0 + long, y + 5), (4.0, y + 5)]),
                rgba(colours.sign(role.influence), 0.7),
            )
            value = signed(role.influence)
            yield Label(8.0 + long, y, value, colours.muted, text.SMALL - 1, "start")


def _legend(common: Drawable, threshold: float, scale: float, board: Board) -> list[str]:
    """What the widths mean, and what is not drawn, in lines that fit."""
    one = "a logit" if common.unit == LOGITS else f"1 in {common.unit}"
    what = (
        "Width: what a step carries in the mean of all sentences"
        if isinstance(common, CommonPattern)
        else "Width: what a step carries more in the first (blue) or in the second"
    )
    small = f"Not drawn: steps with less than {percent(threshold)} of the strongest"
    left_out = (
        f"{small}. “…”: other words stand there too."
        if isinstance(common, CommonPattern)
        else f"{small}, and those whose difference may be chance (95 %, each by itself)."
    )
    px = f"{scale:,.0f}" if scale >= 100 else f"{scale:.2g}"
    width = f"{what}, {px} px for {one}; paler where most goes by skip."
    return [line for said in (width, left_out) for line in _lines(said, board.width - 8.0)]


def _lines(said: str, room: float) -> Iterator[str]:
    """A text in lines that fit into the room."""
    line = ""
    for word in said.split(" "):
        longer = f"{line} {word}".lstrip()
        if line and text.width(longer, text.SMALL) > room:
            yield line
            longer = word
        line = longer
    yield line


def _below(lines: Sequence[str], board: Board, colours: Palette) -> Iterator[Item]:
    """The legend's lines, under the graph's middle where there is room."""
    middle = (board.columns[0] + board.columns[-1]) / 2
    for place, line in enumerate(lines):
        wide = text.width(line, text.SMALL)
        at = max(min(middle, board.width - 4.0 - wide / 2), 4.0 + wide / 2)
        y = board.bottom + 14 + LINE * place
        yield Label(at, y, line, colours.muted, text.SMALL)
