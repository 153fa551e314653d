"""Transport of tangents and cotangents along single edges of a block, in closed form.

A tangent T at token j of H enters the attention as dq, dk, dv = W_Q T, W_K T, W_V T. Along the
edge j → i through head h, with s_i = q_i·dk / √d_head:

- score: A_ij R_i·dv + D_ij q_i·dk, and if i = j also ∂Q/∂q_j·dq;  by skip (i = j): T·P_j
- move:  do_i = A_ij (dv + s_i (v_j − o_i)), and if i = j also Σ_k A_jk (e_k − ē) v_k
         with e_k = dq·k_k / √d_head, ē = Σ_k A_jk e_k;  du_i = W_O do_i (+ T if i = j)

(docs/method.md; derivatives of softmax attention.) `batch` runs over tangents, each with its
own token `source` and, where it moves, its own `target`, which are positions. Other axes are named
as in `shapes`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.influence.components import SKIP_ROW
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


def node_scores(
    layer: Layer,
    weights: Float[Tensor, " point"],
    tangents: Projected,
    source: Int[Tensor, " batch"],
) -> Float[Tensor, "batch to"]:
    """Influence of moving each tangent to each next node, by all heads and skip.

    Summed over the points with `weights`; equals ⟨T, G⟩ when summed over `to` too.
    """
    return over_components(component_scores(layer, weights, tangents, source))


def over_components(scores: Float[Tensor, "component ..."]) -> Float[Tensor, " ..."]:
    """Scores by component, summed over their first axis."""
    return scores[SKIP_ROW + 1 :].sum(0) + scores[SKIP_ROW]


def component_scores(
    layer: Layer,
    weights: Float[Tensor, " point"],
    tangents: Projected,
    source: Int[Tensor, " batch"],
) -> Float[Tensor, "component batch to"]:
    """Influence of each edge, by skip and by each head (`components`)."""
    state, sensitivity = layer.state, layer.sensitivity
    value = (tangents.dv @ sensitivity.R.mT) * state.attention.index_select(3, source).mT
    value += (tangents.dk @ state.q.mT) * sensitivity.D.index_select(3, source).mT
    by_head = einsum("point head batch to, point -> head batch to", value, weights)
    by_skip = torch.zeros_like(by_head[0])
    stays, row = _same_position(layer, source)
    T = tangents.T.index_select(1, stays)
    query = sensitivity.query.index_select(2, row)
    by_head[:, stays, row] += einsum(
        "point head batch d_head, point head batch d_head, point -> head batch",
        *(tangents.dq.index_select(2, stays), query, weights),
    )
    by_skip[stays, row] = einsum(
        "point batch d_model, point batch d_model, point -> batch",
        *(T, sensitivity.P.index_select(1, row), weights),
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


def move_to_node(
    layer: Layer,
    tangents: Projected,
    source: Int[Tensor, " batch"],
    target: Int[Tensor, " batch"],
) -> Float[Tensor, "point batch d_model"]:
    """Tangents at the next nodes `target`, by all heads and skip."""
    row = layer.row_of(target)
    do = _moved_output(layer, tangents, source, row)
    (stays,) = torch.nonzero(source == target, as_tuple=True)
    if len(stays):
        dq = tangents.dq.index_select(2, stays)
        do.index_add_(2, stays, _query_output(layer, dq, row[stays]))
    du = functional.linear(join_heads(do), layer.block.W_O)
    du.index_add_(1, stays, tangents.T.index_select(1, stays))
    return _through_feed_forward(layer, du, row)


def _moved_output(
    layer: Layer, tangents: Projected, source: Int[Tensor, " batch"], row: Int[Tensor, " batch"]
) -> Float[Tensor, "point head batch d_head"]:
    """do by values and keys."""
    state = layer.state
    q, o = state.q.index_select(2, row), state.output.index_select(2, row)
    v = state.v.index_select(2, source)
    s = (q * tangents.dk).sum(-1, keepdim=True) * layer.block.d_head**-0.5
    return _weight_on(layer, row, source) * (tangents.dv + s * (v - o))


def _weight_on(
    layer: Layer, row: Int[Tensor, " batch"], source: Int[Tensor, " batch"]
) -> Float[Tensor, "point head batch 1"]:
    """A_ij of each of the batch."""
    attention = layer.state.attention
    cell = row * attention.shape[-1] + source
    return attention.flatten(2).index_select(2, cell).unsqueeze(-1)


def _query_output(
    layer: Layer, dq: Float[Tensor, "point head stays d_head"], row: Int[Tensor, " stays"]
) -> Float[Tensor, "point head stays d_head"]:
    """do by the query of tokens that stay."""
    state = layer.state
    a = state.attention.index_select(2, row)
    e = dq @ state.k.mT * layer.block.d_head**-0.5
    e_mean = (a * e).sum(-1, keepdim=True)
    return (a * (e - e_mean)) @ state.v


def _through_feed_forward(
    layer: Layer, du: Float[Tensor, "point batch d_model"], row: Int[Tensor, " batch"]
) -> Float[Tensor, "point batch d_model"]:
    norm_1, slope, norm_2 = _rows_of_feed_forward(layer, row)
    return feed_forward_tangent(layer.block, norm_1, slope, norm_2, du)


def _rows_of_feed_forward(
    layer: Layer, row: Int[Tensor, " batch"]
) -> tuple[NormState, Float[Tensor, "point batch d_ff"], NormState]:
    state = layer.state
    return state.norm_1.at(row), state.slope.index_select(1, row), state.norm_2.at(row)


def move_by_component(
    layer: Layer,
    T: Float[Tensor, "point batch d_model"],
    source: Int[Tensor, " batch"],
    target: Int[Tensor, " batch"],
    component: Int[Tensor, " batch"],
) -> Float[Tensor, "point batch d_model"]:
    """Tangents at `target`, each by one component, given by its row."""
    block, state, row = layer.block, layer.state, layer.row_of(target)
    d_model, d_head, root = T.shape[-1], block.d_head, block.d_head**-0.5
    du = T * (component == SKIP_ROW).view(1, -1, 1)
    for carrier in torch.unique(component[component != SKIP_ROW]).tolist():
        (chosen,) = torch.nonzero(component == carrier, as_tuple=True)
        h = carrier - 1 - SKIP_ROW
        i, j = row[chosen], source[chosen]
        W_Q, W_K, W_V = block.W_QKV.unflatten(0, (3, block.n_heads, d_head))[:, h]
        moved = T.index_select(1, chosen)
        s = (state.q[:, h, i] * functional.linear(moved, W_K)).sum(-1, keepdim=True) * root
        a = state.attention[:, h, i, j].unsqueeze(-1)
        do = a * (functional.linear(moved, W_V) + s * (state.v[:, h, j] - state.output[:, h, i]))
        stays = source[chosen] == target[chosen]
        if stays.any():
            dq = functional.linear(moved[:, stays], W_Q)
            a_all = state.attention[:, h, i[stays]]
            e = dq @ state.k[:, h].mT * root
            do[:, stays] += (a_all * (e - (a_all * e).sum(-1, keepdim=True))) @ state.v[:, h]
        W_O = block.W_O.view(d_model, block.n_heads, d_head)[:, h]
        du[:, chosen] = functional.linear(do, W_O)
    return _through_feed_forward(layer, du, row)


def move_all(layer: Layer, tangents: Projected) -> Float[Tensor, "point pos d_model"]:
    """The next tangents when every token moves at once."""
    state, root = layer.state, layer.block.d_head**-0.5
    ds = (tangents.dq @ state.k.mT + state.q @ tangents.dk.mT) * root
    mean = (state.attention * ds).sum(-1, keepdim=True)
    do = (state.attention * (ds - mean)) @ state.v + state.attention @ tangents.dv
    du = functional.linear(join_heads(do), layer.block.W_O) + tangents.T
    return feed_forward_tangent(layer.block, state.norm_1, state.slope, state.norm_2, du)


@dataclass(frozen=True, eq=False)
class EdgeCotangents:
    """What Q's derivative at a next node becomes at the node before it, component by component.

    One edge (source → target) per entry of `batch`: ⟨tangent at source, by_head[h]⟩ is the
    influence through head h.
    """

    by_head: Float[Tensor, "head point batch d_model"]
    by_skip: Float[Tensor, "point batch d_model"]  # zero where the edge changes position

    def total(self) -> Float[Tensor, "point batch d_model"]:
        """The cotangent at the source with all heads and skip open."""
        return self.by_head.sum(0) + self.by_skip

    def scores(
        self,
        weights: Float[Tensor, " point"],
        T: Float[Tensor, "point path d_model"],
        edge: Int[Tensor, " path"],
    ) -> Float[Tensor, "component path"]:
        """Influence of tangents T, each by every component of its `edge`."""
        weighted = T * weights.view(-1, 1, 1)
        heads = einsum(
            "head point path d_model, point path d_model -> head path",
            *(self.by_head.index_select(2, edge), weighted),
        )
        skip = einsum(
            "point path d_model, point path d_model -> path",
            *(self.by_skip.index_select(1, edge), weighted),
        )
        return torch.cat([skip.unsqueeze(0), heads])


def pull_back(
    layer: Layer,
    C: Float[Tensor, "point node d_model"],
    target: Int[Tensor, " node"],
    parent: Int[Tensor, " edge"],
    source: Int[Tensor, " edge"],
) -> EdgeCotangents:
    """Cotangents C at next nodes `target`, back along edges.

    Edge number b runs from `source[b]` to node `parent[b]`; the feed-forward half of a node is
    passed once, whatever the number of edges into it.
    """
    block, state = layer.block, layer.state
    row, root = layer.row_of(target), block.d_head**-0.5
    P = feed_forward_backward(block, *_rows_of_feed_forward(layer, row), C)
    R = split_heads(block, torch.matmul(P, block.W_O))  # [point, head, node, d_head]
    R_edge, row_edge = R.index_select(2, parent), row[parent]
    q, o = state.q.index_select(2, row_edge), state.output.index_select(2, row_edge)
    a = _weight_on(layer, row_edge, source)
    along = (R_edge * (state.v.index_select(2, source) - o)).sum(-1, keepdim=True)
    value, key = a * R_edge, a * along * root * q
    W_Q, W_K, W_V = block.W_QKV.unflatten(0, (3, block.n_heads, block.d_head))
    by_head = _per_head(torch.cat([key, value], -1), torch.cat([W_K, W_V], 1))
    stay = source == target[parent]
    by_skip = P.index_select(1, parent) * stay.view(1, -1, 1)
    (stays,) = torch.nonzero(stay, as_tuple=True)
    if len(stays):
        R_stay, o_stay = R_edge.index_select(2, stays), o.index_select(2, stays)
        centred = R_stay @ state.v.mT - (R_stay * o_stay).sum(-1, keepdim=True)
        a_stay = state.attention.index_select(2, row_edge[stays])
        by_head.index_add_(2, stays, _per_head((a_stay * centred * root) @ state.k, W_Q))
    return EdgeCotangents(by_head, by_skip)


def _per_head(
    x: Float[Tensor, "point head batch width"], W: Float[Tensor, "head width d_model"]
) -> Float[Tensor, "head point batch d_model"]:
    """x times each head's W."""
    points, batch = x.shape[0], x.shape[2]
    return torch.bmm(x.transpose(0, 1).flatten(1, 2), W).unflatten(1, (points, batch))
