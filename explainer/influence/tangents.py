"""Tangents of partial patterns on their way up: scored at a layer, then moved to the next.

The tangent of a partial pattern is how the hidden state at its last node moves when its source
word moves from baseline to input and nothing passes but through the pattern. What it then adds to
Q by an edge is the edge's score, the influence of the pattern refined by that edge
(`jacobian`). Everything here holds at every point of the path at once; scores are summed over the
points with their weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from explainer.influence import jacobian
from explainer.influence.components import OPEN
from explainer.influence.jacobian import Projected
from explainer.influence.layer import Layer
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges out of the nodes that tangents are at.

    Edge e takes tangent number `parent[e]` to position `target[e]` by the component of row
    `component[e]` (`components`), or by all of them where that is OPEN.
    """

    parent: Int[Tensor, " edge"]
    target: Int[Tensor, " edge"]
    component: Int[Tensor, " edge"]


@dataclass(frozen=True, eq=False)
class Tangents:
    """The tangents at `source`, positions of H[layer], each of a partial pattern.

    `parts` holds them for the points of each of the trace's pieces. At H[L] no edge is
    left to be scored, so there are none.
    """

    trace: Trace
    layer: int
    source: Int[Tensor, " path"]
    parts: tuple[Float[Tensor, "_ path d_model"], ...]

    @staticmethod
    def of_words(trace: Trace, words: Sequence[int]) -> Tangents:
        """Where patterns begin: the tangents of H[0] at `words`, each towards its x_j − b_j."""
        source = torch.tensor(list(words))
        parts = tuple(piece.tangent.index_select(1, source) for piece in trace.pieces)
        return Tangents(trace, 0, source, parts)

    def node_scores(self) -> Float[Tensor, "path to"]:
        """Influence by the edges to each next node, all heads and skip together.

        `to` runs over all positions; at the last block over the target alone.
        """
        return self._summed(
            lambda layer, weights, projected: jacobian.node_scores(
                layer, weights, projected, self.source
            )
        )

    def to_nodes(self, parent: Int[Tensor, " edge"], target: Int[Tensor, " edge"]) -> Tangents:
        """Those numbered by `parent` moved to `target` by all heads and skip."""
        source = self.source[parent]
        return self._moved(
            target,
            lambda index, layer: jacobian.move_to_node(
                layer, self._projected[index].select(parent), source, target
            ),
        )

    def by_components(
        self, target: Int[Tensor, " path"], component: Int[Tensor, " path"]
    ) -> Tangents:
        """Each moved to its `target` by one component alone, given by its row."""
        return self._moved(
            target,
            lambda index, layer: jacobian.move_by_component(
                layer, self.parts[index], self.source, target, component
            ),
        )

    def along(self, edges: Edges) -> tuple[Float[Tensor, " edge"], Tangents]:
        """The influence by each of the edges, in float64, and the tangents at their ends.

        Edges that are known beforehand are scored and followed in one go, so that a block's
        internals are needed once.
        """
        influence = torch.zeros(len(edges.target), dtype=torch.float64)
        parts = []
        for piece, T in zip(self.trace.pieces, self.parts, strict=True):
            layer = piece.layer(self.layer)
            projected = jacobian.project(layer.block, T)
            scores = jacobian.component_scores(layer, piece.weights, projected, self.source)
            influence += _picked(layer, scores, edges).double()
            if not self._at_last_block:
                parts.append(_followed(layer, projected, self.source, edges))
        return influence, Tangents(self.trace, self.layer + 1, edges.target, tuple(parts))

    def all_together(self) -> tuple[Float[Tensor, "component path to"], Tangents]:
        """The influence of every edge, in float64, and the next tangents.

        For a tangent at each position in turn (`of_words` of every token): they move as they do
        when all words move at once.
        """
        scores: Tensor | float = 0.0
        parts = []
        for piece, T in zip(self.trace.pieces, self.parts, strict=True):
            layer = piece.layer(self.layer)
            projected = jacobian.project(layer.block, T)
            found = jacobian.component_scores(layer, piece.weights, projected, self.source)
            scores = found.double() + scores
            if not self._at_last_block:
                parts.append(jacobian.move_all(layer, projected))
        following = Tangents(self.trace, self.layer + 1, self.source, tuple(parts))
        assert isinstance(scores, Tensor), "a trace has a piece"
        return scores, following

    @property
    def _at_last_block(self) -> bool:
        return self.layer == self.trace.n_layers - 1

    @cached_property
    def _projected(self) -> tuple[Projected, ...]:
        """Needed to score the tangents and again to move them."""
        block = self.trace.block(self.layer)
        return tuple(jacobian.project(block, T) for T in self.parts)

    def _summed(
        self, score: Callable[[Layer, Tensor, Projected], Tensor]
    ) -> Float[Tensor, "path to"]:
        """A score summed over the pieces of the path."""
        return torch.stack(
            [
                score(piece.layer(self.layer), piece.weights, projected)
                for piece, projected in zip(self.trace.pieces, self._projected, strict=True)
            ]
        ).sum(0)

    def _moved(
        self, target: Int[Tensor, " edge"], move: Callable[[int, Layer], Tensor]
    ) -> Tangents:
        """The tangents at `target` of the next layer, piece by piece; none at H[L]."""
        parts = (
            ()
            if self._at_last_block
            else tuple(
                move(index, piece.layer(self.layer))
                for index, piece in enumerate(self.trace.pieces)
            )
        )
        return Tangents(self.trace, self.layer + 1, target, parts)


def _picked(
    layer: Layer, scores: Float[Tensor, "component path to"], edges: Edges
) -> Float[Tensor, " edge"]:
    """The influence of each edge out of the scores of all."""
    found = scores[:, edges.parent, layer.row_of(edges.target)]
    one = found.gather(0, edges.component.clamp(min=0).unsqueeze(0))[0]
    return torch.where(edges.component == OPEN, jacobian.over_components(found), one)


def _followed(
    layer: Layer, projected: Projected, source: Int[Tensor, " path"], edges: Edges
) -> Float[Tensor, "point edge d_model"]:
    """The tangents at the edges' ends."""
    T = projected.T.index_select(1, edges.parent)
    start = source[edges.parent]
    (by_all,) = torch.nonzero(edges.component == OPEN, as_tuple=True)
    (by_one,) = torch.nonzero(edges.component != OPEN, as_tuple=True)
    if len(by_one):
        T[:, by_one] = jacobian.move_by_component(
            layer, T[:, by_one], start[by_one], edges.target[by_one], edges.component[by_one]
        )
    if len(by_all):
        opened = projected.select(edges.parent[by_all])
        T[:, by_all] = jacobian.move_to_node(layer, opened, start[by_all], edges.target[by_all])
    return T
