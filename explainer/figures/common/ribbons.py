"""Where the ribbons of a graph lie: side by side at every node, each as wide as what it carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve
from explainer.figures.canvas.frame import NARROW
from explainer.results.common.difference import CommonDifference
from explainer.results.common.pattern import CommonPattern, CommonStep
from explainer.results.route import SKIP

TOP = 30.0
"""px above the rows."""
ROWS = (20.0, 30.0, 340.0)
"""px of a row: at least, at most, and for all of them together where that lies between."""
WIDEST = 1.25
"""What all ribbons at one node take at most, in rows."""
BAR, VALUE = 64.0, 46.0
"""px for the bar of a role's influence, and for its number."""
Edge = tuple[int, int, int]
"""Layer, source and target."""
Drawable = CommonPattern | CommonDifference
Shown = Mapping[Edge, tuple[CommonStep, ...]]


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
    def of(common: Drawable, width: float) -> Board:
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


def shown_edges(common: Drawable, threshold: float) -> Shown:
    """The edges that carry this share of what the strongest carries, with their steps; of a
    difference, of what the strongest of either choice does."""
    sizes = {edge: sum(step.size for step in steps) for edge, steps in common.edges.items()}
    most = _strongest(common)
    return {
        edge: steps
        for edge, steps in common.edges.items()
        if sizes[edge] > 0 and sizes[edge] >= threshold * most
    }


def _strongest(common: Drawable) -> float:
    if isinstance(common, CommonDifference):
        return max(_strongest(common.first), _strongest(common.second))
    return max((sum(step.size for step in steps) for steps in common.edges.values()), default=0.0)


def scale_of(shown: Shown, board: Board) -> float:
    """px of a unit of influence."""
    at: dict[tuple[int, int, bool], float] = defaultdict(float)
    for (layer, source, target), steps in shown.items():
        size = sum(step.size for step in steps)
        at[layer, source, False] += size
        at[layer + 1, target, True] += size
    most = max(at.values(), default=0.0)
    return WIDEST * board.row / most if most else 0.0


def ribbons_of(shown: Shown, board: Board, scale: float) -> Iterator[Ribbon]:
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
