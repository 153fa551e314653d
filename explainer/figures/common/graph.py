"""The patterns of many sentences as one graph: a ribbon for each step, as wide as what it carries.

At a node ribbons lie side by side, those that arrive and those that leave, in the order of where
they come from or go; blue speaks for the answer, orange against it, both are means over all
sentences. A pill names the head that carries most of a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from explainer.base.checks import number
from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve, pill, ribbon, rounded
from explainer.figures.canvas.frame import NARROW
from explainer.figures.canvas.palette import QUIET, Palette, palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Scene, Spot
from explainer.figures.canvas.svg import to_svg
from explainer.figures.canvas.wording import measured
from explainer.results.common.pattern import CommonPattern, CommonStep
from explainer.results.route import SKIP
from explainer.results.target import LOGITS

WIDTH = 800.0
LEAST, MOST = 300.0, 2000.0
THRESHOLD = 0.02
"""Steps are drawn that carry this share of what the strongest one carries."""
TOP, BELOW = 30.0, 44.0
ROWS = (20.0, 30.0, 340.0)
"""px of a row: at least, at most, and for all of them together where that lies between."""
WIDEST = 1.25
"""What all ribbons at one node take at most, in rows."""
BAR, VALUE = 64.0, 46.0
RADIUS = 8.5
FINEST = 0.8
"""px of the thinnest ribbon."""
TOLD = 4
"""Components of an edge that are told of at most."""
Edge = tuple[int, int, int]


@dataclass(frozen=True)
class Board:
    """Where rows, columns and bars stand, in px."""

    width: float
    row: float
    labels: float
    columns: tuple[float, ...]
    rows: int
    bars: bool

    @staticmethod
    def of(common: CommonPattern, width: float) -> Board:
        """The board for so many roles and blocks."""
        least, most, room = ROWS
        rows = len(common.roles)
        bars = width >= NARROW
        widest = max(text.width(text.brief(role.name), text.BODY) for role in common.roles)
        labels = (BAR + VALUE + 12.0 if bars else 4.0) + min(widest, 0.22 * width)
        first, last = labels + 16.0, width - 22.0
        layers = common.model.layers
        columns = tuple(first + (last - first) * at / layers for at in range(layers + 1))
        return Board(width, max(least, min(most, room / rows)), labels, columns, rows, bars)

    def y(self, role: int) -> float:
        """The middle of a role's row."""
        return TOP + self.row * (role + 0.5)

    @property
    def bottom(self) -> float:
        """Below the last row."""
        return TOP + self.row * self.rows


@dataclass(frozen=True)
class Ribbon:
    """What one step carries for the answer or against it: where it lies across its curve, in px."""

    edge: Edge
    curve: Curve
    start: float
    end: float
    thickness: float
    positive: bool
    by_skip: bool


def common_scene(
    common: CommonPattern, *, width: float = WIDTH, threshold: float = THRESHOLD, dark: bool = False
) -> Scene:
    """The graph, `width` px wide; `threshold` is the share of the strongest step's size from which
    steps are drawn. Raises ExplainerError for another width or threshold."""
    width = number("width", width, LEAST, MOST, f"a number of px from {LEAST:g} to {MOST:g}")
    threshold = number("threshold", threshold, 0.0, 1.0, "a share from 0 to 1")
    board, colours = Board.of(common, width), palette(dark)
    shown = shown_edges(common, threshold)
    scale = _scale(shown, board)
    ribbons = list(_ribbons(shown, board, scale))
    curves = {one.edge: one.curve for one in ribbons}
    pills = list(_pills(shown, curves, colours))
    stages: tuple[tuple[Item, ...], ...] = (
        tuple(_board(common, board, colours)),
        tuple(_filled(ribbons, colours)),
        tuple(item for pair in pills for item in pair),
        tuple(_labels(common, board, colours)),
        tuple(_legend(common, threshold, scale, board, colours)),
    )
    spots = (*_of_roles(common, board), *_of_edges(common, shown, curves))
    return Scene(width, board.bottom + BELOW, scale, stages, spots, 0)


def common_svg(
    common: CommonPattern, *, width: float = WIDTH, threshold: float = THRESHOLD, dark: bool = False
) -> str:
    """`common_scene` as an SVG file, with `common_summary` as its description."""
    scene = common_scene(common, width=width, threshold=threshold, dark=dark)
    return to_svg(scene, palette(dark).surface, title(common), common_summary(common))


def title(common: CommonPattern) -> str:
    """What the figure is of."""
    return f"The patterns of {counted(common.sentences, 'sentence')} under {common.model.name}"


def common_summary(common: CommonPattern) -> str:
    """The graph in two sentences: the strongest role, and the strongest step between two."""
    role = max(common.roles, key=lambda role: abs(role.influence))
    said = (
        f"In {counted(common.sentences, 'sentence')} “{role.name}” speaks most, with "
        f"{measured(signed(role.influence), common.unit)} in the mean."
    )
    moving = [step for step in common.steps if step.component != SKIP]
    if not moving:
        return f"{said} No head carries a step: all stay where they are."
    step = max(moving, key=lambda step: step.size)
    return (
        f"{said} Of all heads, head {step.component} of block {step.layer} carries most along one "
        f"step, {way(common, step.source, step.target)}: in "
        f"{percent(step.sentences / common.sentences)} of the sentences, "
        f"{measured(signed(step.total), common.unit)} in the mean."
    )


def shown_edges(common: CommonPattern, threshold: float) -> Mapping[Edge, tuple[CommonStep, ...]]:
    """The edges that carry this share of what the strongest carries, with their steps."""
    sizes = {edge: sum(step.size for step in steps) for edge, steps in common.edges.items()}
    most = max(sizes.values(), default=0.0)
    return {
        edge: steps
        for edge, steps in common.edges.items()
        if sizes[edge] > 0 and sizes[edge] >= threshold * most
    }


def _scale(shown: Mapping[Edge, tuple[CommonStep, ...]], board: Board) -> float:
    """px of a unit of influence."""
    at: dict[tuple[int, int, bool], float] = defaultdict(float)
    for (layer, source, target), steps in shown.items():
        size = sum(step.size for step in steps)
        at[layer, source, False] += size
        at[layer + 1, target, True] += size
    most = max(at.values(), default=0.0)
    return WIDEST * board.row / most if most else 0.0


def _ribbons(
    shown: Mapping[Edge, tuple[CommonStep, ...]], board: Board, scale: float
) -> Iterator[Ribbon]:
    """Side by side at every node, in the order of the other end."""
    sizes = {edge: scale * sum(step.size for step in steps) for edge, steps in shown.items()}
    begin = _side_by_side(sizes, lambda edge: (edge[0], edge[1]), lambda edge: edge[2])
    arrive = _side_by_side(sizes, lambda edge: (edge[0], edge[2]), lambda edge: edge[1])
    for edge, steps in sorted(shown.items()):
        layer, source, target = edge
        curve = Curve(
            *(board.columns[layer], board.y(source)), *(board.columns[layer + 1], board.y(target))
        )
        across, size = -sizes[edge] / 2, sum(step.size for step in steps)
        by_skip = 2 * sum(step.size for step in steps if step.component == SKIP) >= size
        for positive in (True, False):
            carried = (step.positive if positive else -step.negative for step in steps)
            thickness = scale * sum(carried)
            if thickness:
                middle = across + thickness / 2
                yield Ribbon(
                    *(edge, curve, begin[edge] + middle, arrive[edge] + middle),
                    *(thickness, positive, by_skip),
                )
            across += thickness


def _side_by_side(
    sizes: Mapping[Edge, float],
    node: Callable[[Edge], tuple[int, int]],
    other: Callable[[Edge], int],
) -> dict[Edge, float]:
    """Where the middle of each edge lies across, among those that meet at one node."""
    meeting: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in sizes:
        meeting[node(edge)].append(edge)
    found: dict[Edge, float] = {}
    for edges in meeting.values():
        across = -sum(sizes[edge] for edge in edges) / 2
        for edge in sorted(edges, key=other):
            found[edge] = across + sizes[edge] / 2
            across += sizes[edge]
    return found


def _filled(ribbons: Iterable[Ribbon], colours: Palette) -> Iterator[Item]:
    """Skips at half the strength of heads."""
    for one in ribbons:
        colour = colours.positive if one.positive else colours.negative
        outline = ribbon(one.curve, one.start, one.end, max(one.thickness, FINEST))
        yield Area(outline, rgba(colour, QUIET if one.by_skip else 0.9))


def _pills(
    shown: Mapping[Edge, tuple[CommonStep, ...]], curves: Mapping[Edge, Curve], colours: Palette
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


def _board(common: CommonPattern, board: Board, colours: Palette) -> Iterator[Item]:
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


def _labels(common: CommonPattern, board: Board, colours: Palette) -> Iterator[Item]:
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


def _legend(
    common: CommonPattern, threshold: float, scale: float, board: Board, colours: Palette
) -> Iterator[Item]:
    """What the widths mean, and what is not drawn."""
    y = board.bottom + 14
    middle = (board.columns[0] + board.columns[-1]) / 2
    one = "a logit" if common.unit == LOGITS else f"1 in {common.unit}"
    lines = (
        f"Width: what a step carries in the mean of all sentences, {scale:.2g} px for {one}; paler "
        "where most goes by skip.",
        f"Not drawn: steps with less than {percent(threshold)} of the strongest. “…”: other words "
        "stand there too.",
    )
    room = board.width - 8.0
    for line, said in enumerate(lines):
        at = min(middle, room - text.width(said, text.SMALL) / 2)
        start = max(at, 4.0 + text.width(said, text.SMALL) / 2)
        shown = text.shorten(said, text.SMALL, room)
        yield Label(start, y + 16 * line, shown, colours.muted, text.SMALL)


def _of_roles(common: CommonPattern, board: Board) -> Iterator[Spot]:
    for place, role in enumerate(common.roles):
        says = (
            role.name,
            f"in {role.sentences:,} of {common.sentences:,} sentences",
            f"influence {measured(signed(role.influence), common.unit)} in the mean",
        )
        x = board.columns[0]
        yield Spot(x, board.y(place), "token", None, 0, place, place, None, says)


def _of_edges(
    common: CommonPattern,
    shown: Mapping[Edge, tuple[CommonStep, ...]],
    curves: Mapping[Edge, Curve],
) -> Iterator[Spot]:
    for edge, steps in shown.items():
        layer, source, target = edge
        says = (
            f"block {layer}, {way(common, source, target)}",
            *(_said(common, step) for step in steps[:TOLD]),
            *((f"and {len(steps) - TOLD} more",) if len(steps) > TOLD else ()),
        )
        for u in (0.25, 0.5, 0.75):
            x, y = curves[edge].point(u)
            yield Spot(x, y, "edge", None, layer, source, target, steps[0].component, says)


def _said(common: CommonPattern, step: CommonStep) -> str:
    by = "skip" if step.component == SKIP else f"head {step.component}"
    share = percent(step.sentences / common.sentences)
    return f"{by}: {signed(step.total)}, in {share} of the sentences"


def way(common: CommonPattern, source: int, target: int) -> str:
    """Where a step leads, by its roles' names."""
    start, end = (text.brief(common.roles[place].name) for place in (source, target))
    return f"“{start}” stays" if source == target else f"“{start}” → “{end}”"
