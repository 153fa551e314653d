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

import torch
from torch import Tensor
from torch.nn import functional

from explainer.influence.edges.components import SKIP_ROW
from explainer.influence.layer import Layer
from explainer.models.adapter import Block
from explainer.models.block import (
    NormState,
    feed_forward_backward,
    feed_forward_tangent,
    join_heads,
    split_heads,
)
from explainer.models.shapes import Float, Int, einsum


@dataclass(frozen=True, eq=False)
class Projected:
    """Tangents T and their projections."""

    T: Float[Tensor, "point batch d_model"]
    dq: Float[Tensor, "point head batch d_head"]
    dk: Float[Tensor, "point head batch d_head"]
    dv: Float[Tensor, "point head batch d_head"]

    def select(self, batch: Int[Tensor, " chosen"]) -> Projected:
        """The tangents numbered by `batch`, repeats allowed."""
        heads = (x.index_select(2, batch) for x in (self.dq, self.dk, self.dv))
        return Projected(self.T.index_select(1, batch), *heads)


def project(block: Block, T: Float[Tensor, "point batch d_model"]) -> Projected:
    """dq, dk, dv of tangents T."""
    dq, dk, dv = functional.linear(T, block.W_QKV).chunk(3, dim=-1)
    return Projected(T, *(split_heads(block, x) for x in (dq, dk, dv)))


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
    return over_components(component_scores(layer, tangents, source))


def over_components(scores: Float[Tensor, "component ..."]) -> Float[Tensor, " ..."]:
    """Scores by component, summed over their first axis."""
    return scores[SKIP_ROW + 1 :].sum(0) + scores[SKIP_ROW]


def component_scores(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
) -> Float[Tensor, "component batch to"]:
    """Influence of each edge, by skip and by each head (`components`)."""
    inside = layer.attended
    carried = (layer.R @ tangents.dv.mT).mul_(inside.attention.index_select(3, source))
    carried += (inside.q @ tangents.dk.mT).mul_(layer.D.index_select(3, source))
    whole = torch.promote_types(carried.dtype, torch.float32)  # products may be rounded further
    by_head = carried.sum(0, dtype=whole).mT.contiguous()
    by_skip = torch.zeros_like(by_head[0])
    stays, row = _same_position(layer, source)
    T = tangents.T.index_select(1, stays)
    query = layer.query.index_select(2, row)
    by_head[:, stays, row] += einsum(
        "point head batch d_head, point head batch d_head -> head batch",
        *(tangents.dq.index_select(2, stays), query),
    )
    by_skip[stays, row] = einsum(
        "point batch d_model, point batch d_model -> batch",
        *(T, layer.P.index_select(1, row)),
    )
    return torch.cat([by_skip.unsqueeze(0), by_head])


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
    q, o = inside.q.index_select(2, row), inside.output.index_select(2, row)
    a = _weight_on(layer, row, source)
    s = (q * tangents.dk).sum(-1, keepdim=True).mul_(layer.block.d_head**-0.5)
    by_key = (inside.v.index_select(2, source) - o).mul_(s.mul_(a))
    (stays,) = torch.nonzero(source == target, as_tuple=True)
    by_query = _by_query(layer, tangents.dq.index_select(2, stays), row[stays])
    return Moved(a * tangents.dv, by_key, stays, by_query)


def _weight_on(
    layer: Layer, row: Int[Tensor, " batch"], source: Int[Tensor, " batch"]
) -> Float[Tensor, "point head batch 1"]:
    """A_ij of each of the batch."""
    attention = layer.attended.attention
    cell = row * attention.shape[-1] + source
    return attention.flatten(2).index_select(2, cell).unsqueeze(-1)


def _by_query(
    layer: Layer, dq: Float[Tensor, "point head stays d_head"], row: Int[Tensor, " stays"]
) -> Float[Tensor, "point head stays d_head"]:
    """do by the query of tokens that stay."""
    inside = layer.attended
    a = inside.attention.index_select(2, row)
    e = dq @ inside.k.mT * layer.block.d_head**-0.5
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
        do = torch.zeros_like(outputs[:, :, : len(by_head)])
        entry = torch.arange(len(by_head), device=head.device)
        do[:, head, entry] = outputs[:, head, by_head]
        du[:, by_head] = functional.linear(join_heads(do), layer.block.W_O).to(du)
    return _through_feed_forward(layer, du, target)


def _through_feed_forward(
    layer: Layer, du: Float[Tensor, "point batch d_model"], target: Int[Tensor, " batch"]
) -> Float[Tensor, "point batch d_model"]:
    norms = _feed_forward_at(layer, target)
    return feed_forward_tangent(layer.block, *norms, du)


def _feed_forward_at(
    layer: Layer, target: Int[Tensor, " batch"]
) -> tuple[NormState, Float[Tensor, "point batch d_ff"], NormState]:
    row = layer.row_of(target)
    return layer.norm_1.at(row), layer.slope.index_select(1, row), layer.norm_2.at(row)


def move_all(layer: Layer, tangents: Projected) -> Float[Tensor, "point pos d_model"]:
    """The next tangents when every token moves at once."""
    inside, root = layer.attended, layer.block.d_head**-0.5
    ds = (tangents.dq @ inside.k.mT + inside.q @ tangents.dk.mT) * root
    mean = (inside.attention * ds).sum(-1, keepdim=True)
    do = (inside.attention * (ds - mean)) @ inside.v + inside.attention @ tangents.dv
    du = functional.linear(join_heads(do), layer.block.W_O) + tangents.T
    return feed_forward_tangent(layer.block, layer.norm_1, layer.slope, layer.norm_2, du)


def at_nodes(
    layer: Layer, C: Float[Tensor, "point node d_model"], target: Int[Tensor, " node"]
) -> Float[Tensor, "point node d_model"]:
    """∂/∂u from cotangents C of next nodes `target`, once for each, whatever comes into it."""
    return feed_forward_backward(layer.block, *_feed_forward_at(layer, target), C)


def by_heads(
    layer: Layer, P: Float[Tensor, "point node d_model"]
) -> Float[Tensor, "point head node d_head"]:
    """∂/∂o from ∂/∂u."""
    return split_heads(layer.block, torch.matmul(P, layer.block.W_O))


def pull_back(
    layer: Layer,
    P: Float[Tensor, "point node d_model"],
    parent: Int[Tensor, " edge"],
    source: Int[Tensor, " edge"],
    target: Int[Tensor, " edge"],
) -> Float[Tensor, "point edge d_model"]:
    """Cotangents at the sources of edges, all heads and skip open, from ∂/∂u at their targets.

    Edge e ends at node `parent[e]` of those that P is of, which is at `target[e]`.
    """
    block, inside = layer.block, layer.attended
    row, root, d_model = layer.row_of(target), block.d_head**-0.5, P.shape[-1]
    R = by_heads(layer, P).index_select(2, parent)
    q, o = inside.q.index_select(2, row), inside.output.index_select(2, row)
    a = _weight_on(layer, row, source)
    along = (R * (inside.v.index_select(2, source) - o)).sum(-1, keepdim=True)
    joined = torch.cat([join_heads(q.mul_(along.mul_(a).mul_(root))), join_heads(a * R)], dim=-1)
    C = torch.matmul(joined, block.W_QKV[d_model:]).to(P)
    (stays,) = torch.nonzero(source == target, as_tuple=True)
    if len(stays):
        R_stay, o_stay = R.index_select(2, stays), o.index_select(2, stays)
        centred = R_stay @ inside.v.mT - (R_stay * o_stay).sum(-1, keepdim=True)
        centred *= inside.attention.index_select(2, row[stays])
        query = join_heads(centred.mul_(root) @ inside.k)
        C.index_add_(1, stays, torch.matmul(query, block.W_QKV[:d_model]) + P[:, parent[stays]])
    return C
