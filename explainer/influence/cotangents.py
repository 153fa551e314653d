"""What Q's derivative becomes when it is pulled back along given paths of nodes.

Between the nodes of a path all heads and skip are open. Paths that end alike share the work: going
down from the target, the paths through a block are grouped by what is above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from explainer.base.checkpoint import steps
from explainer.influence.edges import jacobian
from explainer.influence.edges.parts import Parts
from explainer.influence.layer import Layer
from explainer.influence.tangents import Carried, Tangents
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int

Paths = Sequence[tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Cotangents:
    """∂/∂u along each of some paths [path] of L + 1 positions, at every next node.

    `P[l]` has it for the points of each piece, once for each of the different paths on from
    H[l+1]; `shared` says which of these a path takes.
    """

    shared: tuple[_Shared, ...]
    P: tuple[tuple[Float[Tensor, "_ _ d_model"], ...], ...]

    @staticmethod
    def along(trace: Trace, paths: Paths) -> Cotangents:
        """Pull ∂Q/∂H[L] back along `paths`, each of which ends at its text's target."""
        shared = tuple(_Shared.of(trace, paths, number) for number in range(trace.n_layers))
        C: list[Tensor] | None = None
        found = []
        for number in steps(range(trace.n_layers)[::-1]):
            P, C = _pulled(trace, number, C, shared[number])
            found.append(P)
        return Cotangents(shared, tuple(reversed(found)))

    def scores(self, tangents: Tangents) -> tuple[Parts, Carried]:
        """Influence by each part of each component of the edge that a path takes next, and what
        the tangents do there.

        `tangents` has one for each of the paths, in their order, at its node.
        """
        shared, P = self.shared[tangents.layer], self.P[tangents.layer]
        node = shared.node_of_path
        return tangents.along_edges(shared.target[node], P, node)


def _pulled(
    trace: Trace, number: int, above: Sequence[Tensor] | None, shared: _Shared
) -> tuple[tuple[Float[Tensor, "_ node d_model"], ...], list[Float[Tensor, "_ edge d_model"]]]:
    """∂/∂u of block `number` at the next nodes and, but for the first block, the cotangents at
    H[number], piece by piece, from the cotangents `above`; at the targets they are Q's own."""
    parent, target = shared.parent, shared.target[shared.parent]

    def pull(index: int, layer: Layer) -> tuple[Tensor, Tensor]:
        if above is None:
            P = layer.P.index_select(1, layer.row_of(shared.target))
            return P, layer.piece.last_G.index_select(1, shared.source)
        P = jacobian.at_nodes(layer, above[index], shared.target)
        if number == 0:
            return P, P
        return P, jacobian.pull_back(layer, P, parent, shared.source, target)

    P, C = zip(*trace.at_block(number, pull), strict=True)
    return P, list(C)


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
