"""Tangents of partial patterns on their way up: scored at a layer, then moved to the next.

The tangent of a partial pattern is how the hidden state at its last node moves when its source
word moves from baseline to input and nothing passes but through the pattern. What it then adds to
Q by an edge is the edge's score, the influence of the pattern refined by that edge
(`jacobian`). Everything here holds at every point of the path at once. A tangent is times the
weight of its point from the start, so that scores are summed over the points as they are: texts
that are followed together may be sampled each at points of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor

from explainer.influence.edges import jacobian
from explainer.influence.edges.components import OPEN
from explainer.influence.edges.jacobian import Projected
from explainer.influence.edges.nodes import AtNodes
from explainer.influence.edges.parts import Parts, along_edges
from explainer.influence.layer import Layer
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int, einsum

Result = TypeVar("Result")


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
        source = trace.index(list(words))
        parts = tuple(
            piece.tangent.index_select(1, source)
            * piece.weights.index_select(1, source).unsqueeze(-1)
            for piece in trace.pieces
        )
        return Tangents(trace, 0, source, parts)

    def node_scores(self) -> Float[Tensor, "path to"]:
        """Influence by the edges to each next node, all heads and skip together.

        `to` runs over all positions, at the last block over the targets of the texts. Where each
        text has one, `to` has a single entry for all of them: all that is left of the tangents'
        influence goes there.
        """
        if self._at_last_block and not self.trace.ends_apart:
            axes = "point path d_model, point path d_model -> path"
            at_target = [
                einsum(axes, T, piece.last_G.index_select(1, self.source))
                for T, piece in zip(self.parts, self.trace.pieces, strict=True)
            ]
            return torch.stack(at_target).sum(0).unsqueeze(1)
        found = self._at_pieces(
            lambda layer, projected: jacobian.node_scores(layer, projected, self.source)
        )
        return torch.stack(found).sum(0)

    def component_scores(self) -> Float[Tensor, "component path to"]:
        """Influence by the edges to each next node, by skip and by each head.

        `to` runs over all positions, at the last block over the targets of the texts.
        """
        found = self._at_pieces(
            lambda layer, projected: jacobian.component_scores(layer, projected, self.source)
        )
        return torch.stack(found).sum(0)

    def to_edges(self, edges: Edges) -> Tangents:
        """The tangents at the ends of edges."""
        return self._moved(
            edges.target,
            lambda layer, projected: _followed(layer, projected, self.source, edges),
        )

    def to_nodes(self, parents: Sequence[int], target: Int[Tensor, " edge"]) -> Tangents:
        """Those numbered by `parents` moved to `target` by all heads and skip."""
        parent = self.trace.index(parents)
        source = self.source[parent]
        in_order = list(parents) == list(range(len(self.source)))  # each once: no copies

        def move(layer: Layer, projected: Projected) -> Tensor:
            if self.trace.plan.lets_scores_go:  # there is a better use for the room
                layer.let_go_of_scores()
            chosen = projected if in_order else projected.select(parent)
            return jacobian.move_to_node(layer, chosen, source, target)

        return self._moved(target, move)

    def along_edges(
        self,
        target: Int[Tensor, " path"],
        at_nodes: Sequence[AtNodes],
        node: Int[Tensor, " path"],
    ) -> tuple[Parts, Carried]:
        """The influence of each along its edge to `target`, part by part, and what it does there.

        The edge ends at node `node` of those that `at_nodes` is of, for the points of each piece.
        """

        def follow(index: int, layer: Layer) -> tuple[Parts, Tensor]:
            known = self.__dict__.get("_projected")  # of words, by the search for their nodes
            projected = (
                jacobian.project(layer.piece, self.layer, self.parts[index], self.source)
                if known is None
                else known[index]
            )
            moved = jacobian.move(layer, projected, self.source, target)
            parts = along_edges(layer, projected, moved, at_nodes[index], node)
            return parts, moved.total()

        found, outputs = zip(*self.trace.at_block(self.layer, follow), strict=True)
        by_part = zip(*((p.skip, p.value, p.key, p.query) for p in found), strict=True)
        parts = Parts(*(torch.stack(part).sum(0) for part in by_part))
        return parts, Carried(self, target, outputs)

    def along(self, edges: Edges) -> tuple[Float[Tensor, " edge"], Tangents]:
        """The influence by each of the edges, in float64, and the tangents at their ends.

        Edges that are known beforehand are scored and followed in one go, so that a block's
        internals are needed once.
        """

        def follow(layer: Layer, projected: Projected) -> tuple[Tensor, Tensor | None]:
            scores = jacobian.component_scores(layer, projected, self.source)
            influence = _picked(layer, scores, edges).double()
            if self._at_last_block:
                return influence, None
            return influence, _followed(layer, projected, self.source, edges)

        return self._followed(edges.target, self._at_pieces(follow))

    def all_together(self) -> tuple[Float[Tensor, "component path to"], Tangents]:
        """The influence of every edge, in float64, and the next tangents.

        For a tangent at each position in turn (`of_words` of every token): they move as they do
        when all words move at once.
        """

        def follow(layer: Layer, projected: Projected) -> tuple[Tensor, Tensor | None]:
            found = jacobian.component_scores(layer, projected, self.source)
            moved = None if self._at_last_block else jacobian.move_all(layer, projected)
            return found.double(), moved

        return self._followed(self.source, self._at_pieces(follow))

    @property
    def _at_last_block(self) -> bool:
        return self.layer == self.trace.n_layers - 1

    @cached_property
    def _projected(self) -> tuple[Projected, ...]:
        """Needed to score the tangents and again to move them."""
        return tuple(
            jacobian.project(piece, self.layer, T, self.source)
            for T, piece in zip(self.parts, self.trace.pieces, strict=True)
        )

    def _at_pieces(self, work: Callable[[Layer, Projected], Result]) -> list[Result]:
        """`work` of the block and the projected tangents of every piece."""
        return self.trace.at_block(
            self.layer, lambda index, layer: work(layer, self._projected[index])
        )

    def _moved(
        self, target: Int[Tensor, " edge"], move: Callable[[Layer, Projected], Tensor]
    ) -> Tangents:
        """The tangents at `target` of the next layer, piece by piece; none at H[L]."""
        parts = () if self._at_last_block else tuple(self._at_pieces(move))
        return Tangents(self.trace, self.layer + 1, target, parts)

    def _followed(
        self, target: Int[Tensor, " edge"], found: Sequence[tuple[Tensor, Tensor | None]]
    ) -> tuple[Tensor, Tangents]:
        """Scores summed over the pieces, and the tangents at `target`."""
        scores, parts = zip(*found, strict=True)
        kept = tuple(part for part in parts if part is not None)
        following = Tangents(self.trace, self.layer + 1, target, kept)
        return torch.stack(scores).sum(0), following


@dataclass(frozen=True, eq=False)
class Carried:
    """What tangents do to the heads' outputs at their next nodes `target`, piece by piece."""

    tangents: Tangents
    target: Int[Tensor, " path"]
    outputs: Sequence[Float[Tensor, "_ head path d_head"]]

    def by_components(self, component: Int[Tensor, " path"]) -> Tangents:
        """The tangents at `target`, each by one component alone, given by its row."""
        trace, layer, T = self.tangents.trace, self.tangents.layer, self.tangents.parts
        parts: Sequence[Tensor] = ()
        if layer < trace.n_layers - 1:
            parts = trace.at_block(
                layer,
                lambda index, at: jacobian.move_by_component(
                    at, T[index], self.outputs[index], self.target, component
                ),
            )
        return Tangents(trace, layer + 1, self.target, tuple(parts))


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
    start = source[edges.parent]

    T = projected.T.index_select(1, edges.parent)
    (by_all,) = torch.nonzero(edges.component == OPEN, as_tuple=True)
    (by_one,) = torch.nonzero(edges.component != OPEN, as_tuple=True)
    if len(by_one):
        target = edges.target[by_one]
        chosen = projected.select(edges.parent[by_one])
        outputs = jacobian.move(layer, chosen, start[by_one], target).total()
        T[:, by_one] = jacobian.move_by_component(
            layer, chosen.T, outputs, target, edges.component[by_one]
        )
    if len(by_all):
        opened = projected.select(edges.parent[by_all])
        T[:, by_all] = jacobian.move_to_node(layer, opened, start[by_all], edges.target[by_all])
    return T
