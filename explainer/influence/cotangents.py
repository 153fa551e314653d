"""What Q's derivative becomes when it is pulled back along given paths of nodes.

Between the nodes of a path all heads and skip are open. Paths that end alike share the work: going
down from the target, the paths through a block are grouped by what is above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from explainer.base.checkpoint import steps
from explainer.influence.edges.nodes import AtNodes
from explainer.influence.edges.parts import Parts
from explainer.influence.layer import Layer
from explainer.influence.memory import VECTORS
from explainer.influence.tangents import Carried, Tangents
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int

Paths = Sequence[tuple[int, ...]]


@dataclass(frozen=True)
class PathBatch:
    """Numbers of paths whose cotangents are there at once, and how many vectors that takes."""

    numbers: list[int]
    vectors: int


def batches(trace: Trace, paths: Paths) -> list[PathBatch]:
    """As many of the `paths` at once as there is room for.

    Those that end alike go together: they share what is kept of them, and the work.
    """
    plan = trace.plan
    found: list[list[int]] = []
    taken: list[int] = []
    known: set[tuple[int, ...]] = set()
    for number in sorted(range(len(paths)), key=lambda number: paths[number][::-1]):
        ends = {paths[number][start:] for start in range(1, trace.n_layers)}
        more = VECTORS + plan.vectors_a_node * len(ends - known)
        if not found or taken[-1] + more > plan.vectors or len(found[-1]) == plan.tangents:
            found.append([])
            taken.append(0)
            known = set()
            more = VECTORS + plan.vectors_a_node * len(ends)
        found[-1].append(number)
        taken[-1] += more
        known |= ends
    return [PathBatch(sorted(b), vectors) for b, vectors in zip(found, taken, strict=True)]


@dataclass(frozen=True, eq=False)
class Cotangents:
    """What Q's derivative is along each of some paths [path] of L + 1 positions, at every next
    node.

    `at_nodes[l]` has it at the next nodes of block l, for the points of each piece, once for each
    of the different paths on from H[l+1]; `shared` says which of these a path takes.
    """

    shared: tuple[_Shared, ...]
    at_nodes: tuple[tuple[AtNodes, ...], ...]

    @staticmethod
    def along(trace: Trace, paths: Paths) -> Cotangents:
        """Pull ∂Q/∂H[L] back along `paths`, each of which ends at a target of its text."""
        shared = tuple(_Shared.of(trace, paths, number) for number in range(trace.n_layers))
        C: Sequence[Tensor] | None = None
        found = []
        for number in steps(range(trace.n_layers)[::-1]):
            at_nodes, C = _pulled(trace, number, C, shared[number])
            found.append(at_nodes)
        return Cotangents(shared, tuple(reversed(found)))

    def scores(self, tangents: Tangents) -> tuple[Parts, Carried]:
        """Influence by each part of each component of the edge that a path takes next, and what
        the tangents do there.

        `tangents` has one for each of the paths, in their order, at its node.
        """
        shared, at_nodes = self.shared[tangents.layer], self.at_nodes[tangents.layer]
        node = shared.node_of_path
        return tangents.along_edges(shared.target[node], at_nodes, node)


def _pulled(
    trace: Trace, number: int, above: Sequence[Tensor] | None, shared: _Shared
) -> tuple[tuple[AtNodes, ...], Sequence[Float[Tensor, "_ edge d_model"]] | None]:
    """The derivatives at the next nodes of block `number`, and the cotangents at H[number] where
    the block below needs them, piece by piece, from the cotangents `above`."""
    roomy = trace.plan.roomy

    def at_nodes(index: int, layer: Layer) -> AtNodes:
        if above is None:  # from H[L − 1] on all ways are open: what is above is Q's own
            return AtNodes.of_all(layer, shared.target)
        return AtNodes.of(layer, above[index], shared.target)

    def pulled(index: int, layer: Layer) -> tuple[AtNodes, Tensor]:
        found = at_nodes(index, layer).whole(layer)
        C = found.pull_back(layer, shared.parent, shared.source)
        return (found if roomy else found.without_heads()), C

    if number in (0, trace.n_layers - 1):
        return tuple(trace.at_block(number, at_nodes)), None
    found, C = zip(*trace.at_block(number, pulled), strict=True)
    return found, C


@dataclass(frozen=True, eq=False)
class _Shared:
    """The different edges through one block among paths that are alike from there on.

    Entry e is the edge from `source[e]` to node `target[parent[e]]`; `target` lists the next nodes,
    one for each different path on, and `node_of_path` says which each path takes. The edges of a
    block are in the order of the next nodes of the block below it.
    """

    source: Int[Tensor, " edge"]
    parent: Int[Tensor, " edge"]
    target: Int[Tensor, " node"]
    node_of_path: Int[Tensor, " path"]

    @staticmethod
    def of(trace: Trace, paths: Paths, number: int) -> _Shared:
        nodes: dict[tuple[int, ...], int] = {}
        edges: dict[tuple[int, ...], int] = {}
        for path in paths:
            nodes.setdefault(path[number + 1 :], len(nodes))
            edges.setdefault(path[number:], len(edges))
        return _Shared(
            source=trace.index([suffix[0] for suffix in edges]),
            parent=trace.index([nodes[suffix[1:]] for suffix in edges]),
            target=trace.index([suffix[0] for suffix in nodes]),
            node_of_path=trace.index([nodes[path[number + 1 :]] for path in paths]),
        )
