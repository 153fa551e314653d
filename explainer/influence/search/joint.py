"""Refinement of nodes and components together, by a beam over edges.

Nodes first and components after, as the paper has it, names the nodes by what flows through them by
all heads and skip together; the strongest single way often leads elsewhere. Here, for every source
word j with g_j ≠ 0:

1. start at node (0, j) with the tangent towards x_j − b_j;
2. score every edge, a next node and the skip connection or a head that leads there, by the
   influence of the pattern refined by it, times the sign of g_j; everything above is open, nodes
   too;
3. keep the best `beam` partial patterns of the word, move each tangent by its one component, go
   on;
4. the last edge ends at a target.

The scores are those that nodes are chosen by, before they are added up over components, so nothing
is pulled back along paths. With a beam as large as the number of ways, the best one is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from explainer.base.checkpoint import checkpoint, steps
from explainer.influence.edges.components import SKIP_ROW, component_of, row_of
from explainer.influence.tangents import Edges, Tangents
from explainer.influence.trace import Trace
from explainer.results.route import Component


@dataclass(frozen=True)
class EdgesSoFar:
    """The positions at H[0] … H[l] with the components between, and the influence after each edge.

    No `Route`, which leads all the way to H[L].
    """

    nodes: tuple[int, ...]
    components: tuple[Component, ...] = ()
    trail: tuple[float, ...] = ()

    def longer(self, node: int, row: int, influence: float) -> EdgesSoFar:
        """With one edge more, to `node` by the component of `row`."""
        nodes, components = (*self.nodes, node), (*self.components, component_of(row))
        return EdgesSoFar(nodes, components, (*self.trail, influence))


def refine_edges(trace: Trace, words: Sequence[int], beam: int) -> list[EdgesSoFar]:
    """The best `beam` ways from each of `words` to a target, strongest first, word by word."""
    paths = [EdgesSoFar((word,)) for word in words]
    tangents = Tangents.of_words(trace, words)
    for _ in steps(range(trace.n_layers)):
        scores = tangents.component_scores().cpu().numpy()
        parents, paths = _choose_edges(trace, paths, scores, beam)
        edges = Edges(
            parent=trace.index(parents),
            target=trace.index([path.nodes[-1] for path in paths]),
            component=trace.index([row_of(path.components[-1]) for path in paths]),
        )
        tangents = tangents.to_edges(edges)
    return paths


def of_different_nodes(paths: Sequence[EdgesSoFar], most: int) -> list[EdgesSoFar]:
    """The first `most` of each word's ways whose nodes no way before them has.

    At the embedding level two patterns of the same nodes would be one, counted twice.
    """
    chosen: list[EdgesSoFar] = []
    for _, ways in groupby(paths, key=lambda path: path.nodes[0]):
        first: dict[tuple[int, ...], EdgesSoFar] = {}
        for way in ways:
            first.setdefault(way.nodes, way)
        chosen += islice(first.values(), most)
    return chosen


def _choose_edges(
    trace: Trace, paths: Sequence[EdgesSoFar], scores: NDArray[np.floating], beam: int
) -> tuple[list[int], list[EdgesSoFar]]:
    """The best refinements of each word among those of all its partial patterns, best first.

    `scores` [component, path, to] are influences; `to` runs over all positions, at the last block
    over the targets of the texts.
    """
    parents, refined = [], []
    for word, group in groupby(range(len(paths)), key=lambda number: paths[number].nodes[0]):
        checkpoint()
        ours = list(group)
        _, text = trace.text_of(word)
        last = len(paths[ours[0]].nodes) == trace.n_layers
        nodes = text.targets if last else range(text.start, text.stop)
        columns = text.rows if last else slice(text.start, text.stop)
        own = scores[:, ours[0] : ours[-1] + 1, columns]
        stays = [paths[path].nodes[-1] for path in ours]
        signed = own if trace.influence[word] > 0 else -own
        for which, row, to in _strongest(
            signed, [nodes.index(node) if node in nodes else None for node in stays], beam
        ):
            parents.append(ours[which])
            influence = float(own[row, which, to])
            refined.append(paths[ours[which]].longer(nodes[to], row, influence))
    return parents, refined


def _strongest(
    signed: NDArray[np.floating], stays: Sequence[int | None], most: int
) -> Iterator[tuple[int, int, int]]:
    """The largest of `signed` [component, path, to] as (path, component, to), largest first.

    `stays` says where each path stays at its token, None where it cannot: skip leads nowhere else.
    Among equals the better pattern so far goes first, then skip, then the earlier token, then the
    head of lower number.
    """
    n_heads, n_paths, _ = signed[SKIP_ROW + 1 :].shape
    can_stay = np.array([[to is not None] for to in stays])
    by_skip = [signed[SKIP_ROW, path, [to or 0]] for path, to in enumerate(stays)]
    by_head = signed[SKIP_ROW + 1 :].transpose(1, 2, 0).reshape(n_paths, -1)
    every = np.concatenate([by_skip, by_head], axis=1)  # [path, 1 + to · head]
    possible = np.concatenate([can_stay, np.ones_like(by_head, dtype=bool)], axis=1)
    (places,) = np.nonzero(possible.ravel())
    for place in places[_largest(every.ravel()[places], most)].tolist():
        path, edge = divmod(place, every.shape[1])
        stay = stays[path]
        if edge == 0:
            assert stay is not None, "only what can stay is possible"
            yield path, SKIP_ROW, stay
        else:
            to, head = divmod(edge - 1, n_heads)
            yield path, SKIP_ROW + 1 + head, to


def _largest(values: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Where the `most` largest of the values are, largest first, the earlier of equal ones."""
    places = np.arange(len(values))
    if most < len(values):
        least = np.partition(values, len(values) - most)[len(values) - most]
        places = np.flatnonzero(~(values < least))  # all of them where `least` is not a number
    return places[np.argsort(-values[places], kind="stable")[:most]]
