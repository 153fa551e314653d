"""What Q's derivative becomes when it is pulled back along given paths of nodes.

Between the nodes of a path all heads and skip are open. Paths that end alike share the work: going
down from the target, the paths through a block are grouped by what is above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.influence import jacobian
from explainer.influence.memory import Piece
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int

Paths = Sequence[tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Cotangents:
    """The cotangents along each of some paths [path] of L + 1 positions, at every layer."""

    trace: Trace
    shared: tuple[_Shared, ...]
    parts: tuple[_Part, ...]

    @staticmethod
    def along(trace: Trace, paths: Paths) -> Cotangents:
        """Pull ∂Q/∂H[L] back along `paths`, all of which end at the target."""
        shared = tuple(_Shared.of(paths, number) for number in range(trace.n_layers))
        parts = tuple(_pulled_down(piece, shared) for piece in trace.pieces)
        return Cotangents(trace, shared, parts)

    def scores(self, tangents: Tangents) -> Float[Tensor, "component path"]:
        """Influence by each component of the edge that a path takes next.

        `tangents` has one for each of the paths, in their order, at its node.
        """
        number = tangents.layer
        edge = self.shared[number].of_path
        return torch.stack(
            [
                part.edges(number, self.shared[number]).scores(part.piece.weights, T, edge)
                for part, T in zip(self.parts, tangents.parts, strict=True)
            ]
        ).sum(0)


@dataclass(frozen=True, eq=False)
class _Shared:
    """The different edges through one block among paths that are alike from there on.

    Entry e is the edge from `source[e]` to node `target[parent[e]]`; `of_path` says which
    entry each path takes, and `target` lists the nodes above, one for each different path on. The
    edges of a block are in the order of the nodes above the block below it.
    """

    source: Int[Tensor, " edge"]
    parent: Int[Tensor, " edge"]
    target: Int[Tensor, " node"]
    of_path: Int[Tensor, " path"]

    @staticmethod
    def of(paths: Paths, number: int) -> _Shared:
        nodes: dict[tuple[int, ...], int] = {}
        edges: dict[tuple[int, ...], int] = {}
        for path in paths:
            nodes.setdefault(path[number + 1 :], len(nodes))
            edges.setdefault(path[number:], len(edges))
        return _Shared(
            source=torch.tensor([suffix[0] for suffix in edges]),
            parent=torch.tensor([nodes[suffix[1:]] for suffix in edges]),
            target=torch.tensor([suffix[0] for suffix in nodes]),
            of_path=torch.tensor([edges[path[number:]] for path in paths]),
        )


@dataclass(frozen=True, eq=False)
class _Part:
    """The cotangents at the points of one piece: the edges', or those that give them again."""

    piece: Piece
    upper: tuple[Float[Tensor, "point _ d_model"], ...]  # by block, at the nodes above it
    kept: tuple[jacobian.EdgeCotangents, ...] | None

    def edges(self, number: int, shared: _Shared) -> jacobian.EdgeCotangents:
        """Of the edges through block `number`."""
        if self.kept is not None:
            return self.kept[number]
        return _pull_back(self.piece, number, self.upper[number], shared)


def _pulled_down(piece: Piece, shared: Sequence[_Shared]) -> _Part:
    """Walk one piece down from the target."""
    keep = piece.kept is not None
    C = piece.gradient[-1]
    upper, kept = [C], []
    for number in reversed(range(len(shared))):
        if number == 0 and not keep:
            break
        pulled = _pull_back(piece, number, C, shared[number])
        if keep:
            kept.append(pulled)
        if number > 0:
            C = pulled.total()
            upper.append(C)
    return _Part(piece, tuple(upper[::-1]), tuple(kept[::-1]) if keep else None)


def _pull_back(
    piece: Piece, number: int, upper: Float[Tensor, "point node d_model"], shared: _Shared
) -> jacobian.EdgeCotangents:
    layer = piece.layer(number)
    return jacobian.pull_back(layer, upper, shared.target, shared.parent, shared.source)
