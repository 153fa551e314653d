"""Transport of tangents and cotangents along single edges of a block, in closed form.

A tangent T at token j of H enters the attention as dq, dk, dv = W_Q T, W_K T, W_V T. Along the
edge j → i through head h, with s_i = q_i·dk / √d_head:

- move:  do_i = A_ij dv by its value, A_ij s_i (v_j − o_i) by its key, and if i = j also
         Σ_k A_jk (e_k − ē) v_k by its query, with e_k = dq·k_k / √d_head, ē = Σ_k A_jk e_k;
         du_i = W_O do_i (+ T if i = j)
- score: do_i·R_i per head, which is A_ij R_i·dv + D_ij q_i·dk, and if i = j also ∂Q/∂q_j·dq;
         by skip (i = j): T·P_j

with P = ∂Q/∂u and R = W_Oᵀ P per head, Q's own or what a path of nodes above leaves of them.

(docs/method.md; derivatives of softmax attention.) `batch` runs over tangents, each with its
own token `source` and, where it moves, its own `target`, which are positions. All is linear in T,
which brings the quadrature's weights along: scores are sums over the points. Other axes are named
as in `shapes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from explainer.influence.edges.components import SKIP_ROW
from explainer.influence.edges.select import cells_at, columns_at, rows_at
from explainer.influence.edges.whole import outputs_together
from explainer.influence.layer import Layer
from explainer.influence.piece import Piece
from explainer.models.adapter import Block
from explainer.models.block import (
    feed_forward_tangent,
    join_heads,
    split_heads,
)
from explainer.models.norms import NormState, Passed
from explainer.models.shapes import Float, Int, einsum


@dataclass(frozen=True, eq=False)
class Projected:
    """Tangents T, what attention sees of them (`seen`, T itself with post-LN) and its projections.

    `places` are the positions of their tokens, by which queries and keys may be rotated.
    """

    block: Block
    places: Int[Tensor, " batch"]
    T: Float[Tensor, "point batch d_model"]
    seen: Float[Tensor, "point batch d_model"]
    dk: Float[Tensor, "point head batch d_head"]
    dv: Float[Tensor, "point head batch d_head"]

    @cached_property
    def dq(self) -> Float[Tensor, "point head batch d_head"]:
        """Wanted of tangents that may stay at their token: their row is theirs alone."""
        return self._queries(self.seen, self.places)

    def queries(self, batch: Int[Tensor, " chosen"]) -> Float[Tensor, "point head chosen d_head"]:
        """dq of the tangents numbered by `batch`."""
        if "dq" in self.__dict__:
            return rows_at(self.dq, batch)
        return self._queries(self.seen.index_select(1, batch), self.places[batch])

    def _queries(
        self, seen: Float[Tensor, "point chosen d_model"], places: Int[Tensor, " chosen"]
    ) -> Float[Tensor, "point head chosen d_head"]:
        W_Q = self.block.W_QKV[: seen.shape[-1]]
        return _rotated(self.block, split_heads(self.block, functional.linear(seen, W_Q)), places)

    def select(self, batch: Int[Tensor, " chosen"]) -> Projected:
        """The tangents numbered by `batch`, repeats allowed."""
        dk, dv = (rows_at(x, batch) for x in (self.dk, self.dv))
        T = self.T.index_select(1, batch)
        seen = T if self.seen is self.T else self.seen.index_select(1, batch)
        selected = Projected(self.block, self.places[batch], T, seen, dk, dv)
        if "dq" in self.__dict__:
            selected.__dict__["dq"] = self.queries(batch)
        return selected


def project(
    piece: Piece,
    number: int,
    T: Float[Tensor, "point batch d_model"],
    source: Int[Tensor, " batch"],
) -> Projected:
    """dk and dv of tangents T at tokens `source` below block `number`; dq when it is asked for."""
    block, entered = piece.adapter.blocks[number], piece.entered(number)
    seen = T if entered is None else entered.at(source).along(block.norm_0, T)
    dk, dv = functional.linear(seen, block.W_QKV[T.shape[-1] :]).chunk(2, dim=-1)
    places = piece.places_of(source)
    keys = _rotated(block, split_heads(block, dk), places)
    return Projected(block, places, T, seen, keys, split_heads(block, dv))


def _rotated(
    block: Block, x: Float[Tensor, "point head row d_head"], places: Int[Tensor, " row"]
) -> Float[Tensor, "point head row d_head"]:
    """Tangents of queries or keys, rotated as these are."""
    return x if block.rotary is None else block.rotary.turn(x, places).to(x)


@dataclass(frozen=True, eq=False)
class Moved:
    """How head outputs at the next node move when a tangent moves along its own edge.

    By its value, its key and its query, which moves them only where the edge stays at its token.
    """

    by_value: Float[Tensor, "point head batch d_head"]
    by_key: Float[Tensor, "point head batch d_head"]
    stays: Int[Tensor, " stays"]
    by_query: Float[Tensor, "point head stays d_head"]

    def total(self) -> Float[Tensor, "point head batch d_head"]:
        """do."""
        total = self.by_value + self.by_key
        return total.index_add_(2, self.stays, self.by_query.to(total))


def node_scores(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
) -> Float[Tensor, "batch to"]:
    """Influence of moving each tangent to each next node, by all heads and skip.

    Summed over the points; equals ⟨T, G⟩ when summed over `to` too.
    """
    scores = _carried(layer, tangents, source, layer.D).sum(0).mT.contiguous()
    stays, row = _same_position(layer, source)
    scores[stays, row] += einsum(
        "point batch d_model, point batch d_model -> batch",
        *(tangents.T.index_select(1, stays), layer.own_G.index_select(1, row)),
    )
    return scores


def over_components(scores: Float[Tensor, "component ..."]) -> Float[Tensor, " ..."]:
    """Scores by component, summed over their first axis."""
    return scores[SKIP_ROW + 1 :].sum(0) + scores[SKIP_ROW]


def component_scores(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
) -> Float[Tensor, "component batch to"]:
    """Influence of each edge, by skip and by each head (`components`)."""
    D = layer.D
    by_head = _carried(layer, tangents, source, D).mT.contiguous()
    by_skip = torch.zeros_like(by_head[0])
    stays, row = _same_position(layer, source)
    T = tangents.T.index_select(1, stays)
    query = rows_at(layer.pulled_to_queries(D), row)
    by_head[:, stays, row] += einsum(
        "point head batch d_head, point head batch d_head -> head batch",
        *(rows_at(tangents.dq, stays), query),
    )
    by_skip[stays, row] = einsum(
        "point batch d_model, point batch d_model -> batch",
        *(T, layer.P.index_select(1, row)),
    )
    return torch.cat([by_skip.unsqueeze(0), by_head])


def _carried(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
    D: Float[Tensor, "point head to from"],
) -> Float[Tensor, "head to batch"]:
    """Influence of each edge through the value and the key of each head, summed over the points."""
    inside = layer.attended
    carried = (layer.R @ tangents.dv.mT).mul_(columns_at(inside.attention, source))
    by_key = inside.q @ tangents.dk.mT
    if (distances := layer.block.distances) is not None:
        by_key += distances.scores(torch.zeros_like(inside.q), tangents.dk, layer.tokens, source)
    carried += by_key.mul_(columns_at(D, source))
    whole = torch.promote_types(carried.dtype, torch.float32)  # products may be rounded further
    return carried.sum(0, dtype=whole)


def _same_position(
    layer: Layer, source: Int[Tensor, " batch"]
) -> tuple[Int[Tensor, " stays"], Int[Tensor, " stays"]]:
    """Which of the batch can stay where they are, and at which row."""
    if layer.rows is None:
        return torch.arange(len(source), device=source.device), source
    (stays,) = torch.nonzero(torch.isin(source, layer.rows), as_tuple=True)
    return stays, layer.row_of(source[stays])


def move(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
    target: Int[Tensor, " batch"],
) -> Moved:
    """What each tangent does to the heads' outputs at its `target`."""
    inside, row = layer.attended, layer.row_of(target)
    q, o = rows_at(inside.q, row), rows_at(inside.output, row)
    a = weight_on(layer, row, source)
    if layer.block.distances is not None:
        q = q + layer.block.distances.met_by_keys(target, source)
    s = (q * tangents.dk).sum(-1, keepdim=True).mul_(layer.block.root)
    by_key = (rows_at(inside.v, source) - o).mul_(s.mul_(a))
    (stays,) = torch.nonzero(source == target, as_tuple=True)
    by_query = _by_query(layer, tangents.queries(stays), target[stays])
    return Moved(a * tangents.dv, by_key, stays, by_query)


def weight_on(
    layer: Layer, row: Int[Tensor, " batch"], source: Int[Tensor, " batch"]
) -> Float[Tensor, "point head batch 1"]:
    """A_ij of each of the batch, with i by its row and j by its position."""
    return cells_at(layer.attended.attention, row, source).unsqueeze(-1)


def _by_query(
    layer: Layer, dq: Float[Tensor, "point head stays d_head"], token: Int[Tensor, " stays"]
) -> Float[Tensor, "point head stays d_head"]:
    """do by the query of tokens that stay."""
    inside = layer.attended
    a = rows_at(inside.attention, layer.row_of(token))
    e = dq @ inside.k.mT
    if (distances := layer.block.distances) is not None:
        e += distances.scores(dq, torch.zeros_like(inside.k), token, layer.every_token)
    e = e * layer.block.root
    e_mean = (a * e).sum(-1, keepdim=True)
    return e.sub_(e_mean).mul_(a) @ inside.v


def move_to_node(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
    target: Int[Tensor, " batch"],
) -> Float[Tensor, "point batch d_model"]:
    """Tangents at `target` of the next layer, all heads and skip together."""
    moved = move(layer, tangents, source, target)
    du = functional.linear(join_heads(moved.total()), layer.block.W_O).to(tangents.T)
    du.index_add_(1, moved.stays, tangents.T.index_select(1, moved.stays))
    return _through_feed_forward(layer, du, target)


def move_by_component(
    layer: Layer,
    T: Float[Tensor, "point batch d_model"],
    outputs: Float[Tensor, "point head batch d_head"],
    target: Int[Tensor, " batch"],
    component: Int[Tensor, " batch"],
) -> Float[Tensor, "point batch d_model"]:
    """Tangents at `target`, each by one component, given by its row, from do of all heads."""
    by_skip = component == SKIP_ROW
    du = T * by_skip.view(1, -1, 1)
    (by_head,) = torch.nonzero(~by_skip, as_tuple=True)
    if len(by_head):
        head = component[by_head] - 1 - SKIP_ROW
        W_O = layer.block.W_O.T.unflatten(0, (layer.block.n_heads, -1))  # [head, d_head, d_model]
        do = outputs.transpose(1, 2).flatten(1, 2).index_select(1, by_head * len(W_O) + head)
        moved = torch.bmm(do.transpose(0, 1), W_O.index_select(0, head)).transpose(0, 1)
        du.index_copy_(1, by_head, moved.to(du))
    return _through_feed_forward(layer, du, target)


def _through_feed_forward(
    layer: Layer, du: Float[Tensor, "point batch d_model"], target: Int[Tensor, " batch"]
) -> Float[Tensor, "point batch d_model"]:
    norms = feed_forward_at(layer, target)
    return feed_forward_tangent(layer.block, *norms, du)


def feed_forward_at(
    layer: Layer, target: Int[Tensor, " batch"]
) -> tuple[NormState, Float[Tensor, "point batch d_inner"], NormState | Passed]:
    row = layer.row_of(target)
    return layer.norm_1.at(row), layer.slope.index_select(1, row), layer.norm_2.at(row)


def move_all(layer: Layer, tangents: Projected) -> Float[Tensor, "point pos d_model"]:
    """The next tangents when every token moves at once."""
    do = outputs_together(
        *(layer.block, layer.attended, layer.attended.attention),
        *(tangents.dq, tangents.dk, tangents.dv, layer.tokens, layer.every_token),
    )
    du = functional.linear(join_heads(do), layer.block.W_O) + tangents.T
    return feed_forward_tangent(layer.block, layer.norm_1, layer.slope, layer.norm_2, du)
