"""What Q's derivative is at nodes of paths, and how it is pulled back along their edges.

What a cotangent C = ∂/∂H' at a next node becomes there, and at the token j of H that an edge to it
comes from:

- P = ∂/∂u from C, R = W_Oᵀ P per head (`jacobian` has the names)
- ∂/∂k_j = A_ij R_i·(v_j − o_i) q_i / √d_head, ∂/∂v_j = A_ij R_i, and if i = j also ∂/∂q_i as in
  `layer`, and P by skip
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from explainer.influence.edges.jacobian import feed_forward_at, weight_on
from explainer.influence.edges.select import rows_at
from explainer.influence.layer import Layer
from explainer.models.block import (
    feed_forward_backward,
    join_heads,
    join_side_by_side,
    split_heads,
)
from explainer.models.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class AtNodes:
    """P = ∂/∂u at next nodes `target` of a block, which are positions, and R = ∂/∂o per head.

    `known_R` is None where R is made again when it is wanted.
    """

    target: Int[Tensor, " node"]
    P: Float[Tensor, "point node d_model"]
    known_R: Float[Tensor, "point head node d_head"] | None = None

    @staticmethod
    def of(
        layer: Layer, C: Float[Tensor, "point node d_model"], target: Int[Tensor, " node"]
    ) -> AtNodes:
        """From cotangents C of the nodes, once for each, whatever comes into it."""
        P = feed_forward_backward(layer.block, *feed_forward_at(layer, target), C)
        return AtNodes(target, P)

    @staticmethod
    def of_all(layer: Layer, target: Int[Tensor, " node"]) -> AtNodes:
        """Where all ways above the nodes are open: Q's own."""
        row = layer.row_of(target)
        return AtNodes(target, layer.P.index_select(1, row), rows_at(layer.R, row))

    def whole(self, layer: Layer) -> AtNodes:
        """With R known."""
        return replace(self, known_R=self.R(layer))

    def without_heads(self) -> AtNodes:
        """With R, which is as large as P, to be made again."""
        return replace(self, known_R=None)

    def R(self, layer: Layer) -> Float[Tensor, "point head node d_head"]:
        """∂/∂o of every head."""
        if self.known_R is not None:
            return self.known_R
        return split_heads(layer.block, torch.matmul(self.P, layer.block.W_O))

    def pull_back(
        self, layer: Layer, node: Int[Tensor, " edge"], source: Int[Tensor, " edge"]
    ) -> Float[Tensor, "point edge d_model"]:
        """Cotangents at the sources of edges to nodes of these numbers, all heads and skip open."""
        block, inside, target = layer.block, layer.attended, self.target[node]
        row, root, d_model = layer.row_of(target), block.root, self.P.shape[-1]
        R = rows_at(self.R(layer), node)
        q, o = rows_at(inside.q, row), rows_at(inside.output, row)
        a = weight_on(layer, row, source)
        along = (R * (rows_at(inside.v, source) - o)).sum(-1, keepdim=True)
        if block.distances is not None:
            q = q + block.distances.met_by_keys(target, source)
        key, value = q.mul_(along.mul_(a).mul_(root)), a * R
        if block.rotary is not None:
            key = block.rotary.turn_back(key, layer.piece.places_of(source)).to(value)
        C = torch.matmul(join_side_by_side(key, value), block.W_QKV[d_model:]).to(self.P)
        entered = layer.piece.entered(layer.number)
        if entered is not None:
            C = entered.at(source).back(block.norm_0, C)
        (stays,) = torch.nonzero(source == target, as_tuple=True)
        if len(stays):
            R_stay, o_stay = rows_at(R, stays), rows_at(o, stays)
            centred = R_stay @ inside.v.mT - (R_stay * o_stay).sum(-1, keepdim=True)
            centred *= rows_at(inside.attention, row[stays])
            centred = centred.mul_(root)
            query = centred @ inside.k
            if block.distances is not None:
                every = layer.every_token
                query += block.distances.to_queries(centred, source[stays], every)
            if block.rotary is not None:
                query = block.rotary.turn_back(query, layer.piece.places_of(source[stays]))
            at_stays = torch.matmul(join_heads(query), block.W_QKV[:d_model])
            if entered is not None:
                at_stays = entered.at(source[stays]).back(block.norm_0, at_stays.to(C))
            C.index_add_(1, stays, at_stays + self.P.index_select(1, node[stays]))
        return C
