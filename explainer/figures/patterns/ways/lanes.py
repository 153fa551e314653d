"""Which place each pattern takes where several share a node: side by side, as in a Sankey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Level

GAP = 1.0
"""px between two patterns at a node, at most."""
THINNEST = 1.3
"""px of the thinnest lane, so that a weak pattern can be seen at all."""
THICKEST = 10_000.0
"""px of the thickest lane, under a scale that was made for far smaller influences."""
FAINTEST = 0.8
"""px of the thinnest lane where very many meet."""


def passing(pattern: Pattern) -> tuple[float, ...]:
    """What of a word's influence has passed its nodes at H[0] … H[L]: all of it, then less."""
    return (pattern.influence, *pattern.embedding_trail)


def carrying(pattern: Pattern, level: Level) -> tuple[float, ...]:
    """What of that heads and skips carry alone: what the nodes carry in all, then less.

    Empty at the level of nodes, where heads and skips are not told apart.
    """
    if level == "embedding":
        return ()
    return (pattern.embedding_influence, *pattern.attention_trail)


@dataclass(frozen=True)
class Lane:
    """One pattern's way in px, at each of the L + 1 hidden states.

    `whole` is what has passed its nodes and `core` what its heads and skips carry alone (empty at
    the level of nodes), both signed; `widths` is the room that it takes, none of them less than
    `least`; `offsets` its middle's distance from the row it visits, downwards positive.
    """

    pattern: Pattern
    whole: tuple[float, ...]
    core: tuple[float, ...]
    least: float
    widths: tuple[float, ...]
    offsets: tuple[float, ...]

    def carried(self, layer: int) -> float:
        """What it carries through block `layer`, as far as is drawn, signed, in px."""
        return (self.core or self.whole)[layer + 1]


@dataclass(frozen=True)
class Bundle:
    """The lanes that take one edge, from the top down."""

    edge: Edge
    lanes: tuple[Lane, ...]

    @property
    def value_order(self) -> tuple[Lane, ...]:
        """The lanes, strongest first."""
        layer = self.edge.layer
        return tuple(sorted(self.lanes, key=lambda lane: -abs(lane.carried(layer))))


def meeting(patterns: Sequence[Pattern], level: Level) -> dict[tuple[int, int], float]:
    """The sum of |influence| in every (layer, position) that a pattern visits, in logits."""
    sums: dict[tuple[int, int], float] = {}
    for pattern in patterns:
        for node, size in zip(enumerate(pattern.nodes), _sizes(pattern, level), strict=True):
            sums[node] = sums.get(node, 0.0) + size
    return sums


def _sizes(pattern: Pattern, level: Level) -> list[float]:
    """The larger of what passes nodes and what heads carry alone, at each hidden state."""
    whole, core = passing(pattern), carrying(pattern, level)
    return [max(map(abs, both)) for both in zip(whole, core or whole, strict=True)]


def stack(patterns: Sequence[Pattern], level: Level, scale: float, room: float) -> tuple[Lane, ...]:
    """Lanes for the patterns, `scale` px per logit; `room` is what a full node should keep to.

    Where patterns meet they are ordered by where they come from, so that merging ways do not
    cross and patterns that share an edge stay neighbours.
    """
    crowd = max(1, len(patterns))  # all of them meet in the target
    least = min(THINNEST, max(FAINTEST, 0.7 * room / crowd))
    gap = min(GAP, 0.25 * room / crowd)
    widths = [
        tuple(min(THICKEST, max(least, scale * size)) for size in _sizes(p, level))
        for p in patterns
    ]
    offsets: list[list[float]] = [[] for _ in patterns]
    rank: dict[int, tuple[float, ...]] = {i: (p.nodes[0], i) for i, p in enumerate(patterns)}
    for layer in range(len(patterns[0].nodes) if patterns else 0):
        here: dict[int, list[int]] = {}
        for i in sorted(rank, key=lambda i: rank[i]):
            here.setdefault(patterns[i].nodes[layer], []).append(i)
        following: dict[int, tuple[float, ...]] = {}
        for position, members in here.items():
            top = -(sum(widths[i][layer] for i in members) + gap * (len(members) - 1)) / 2
            for place, i in enumerate(members):
                offsets[i].append(top + widths[i][layer] / 2)
                top += widths[i][layer] + gap
                following[i] = (position, _order(patterns[i], level, layer), place)
        rank = following
    return tuple(
        Lane(
            pattern,
            _px(passing(pattern), scale),
            _px(carrying(pattern, level), scale),
            least,
            wide,
            tuple(offset),
        )
        for pattern, wide, offset in zip(patterns, widths, offsets, strict=True)
    )


def _px(values: Sequence[float], scale: float) -> tuple[float, ...]:
    return tuple(min(THICKEST, max(-THICKEST, scale * value)) for value in values)


def _order(pattern: Pattern, level: Level, layer: int) -> float:
    """Skip before the heads by number, among edges with the same start."""
    if level == "embedding" or layer == len(pattern.components):
        return 0
    component = pattern.components[layer]
    return -1 if component == SKIP else float(component)


def bundle(lanes: Sequence[Lane], level: Level) -> tuple[Bundle, ...]:
    """The lanes grouped by the edges they take, in order of layer."""
    through: dict[Edge, list[Lane]] = {}
    for lane in lanes:
        for edge in lane.pattern.edges(level):
            through.setdefault(edge, []).append(lane)
    return tuple(
        Bundle(edge, tuple(sorted(members, key=lambda lane: lane.offsets[edge.layer + 1])))
        for edge, members in sorted(through.items(), key=lambda item: item[0].layer)
    )
