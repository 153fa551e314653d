"""One block, forward and backward along the path, keeping what the closed forms need.

Axes are named as in `shapes`: `from` is every token, `to` the tokens whose next hidden state is
wanted (all of them, but for the last block only the target). With h per head and the index of the
point suppressed (docs/method.md):

1. q, k, v = projections of H;  A = softmax(q kᵀ / √d_head);  o_i = Σ_j A_ij v_j
2. u = W_O o + b_O + H;  y = LN1(u);  w = y + W_2 act(W_1 y + b_1) + b_2;  H' = LN2(w)
3. backward from G' = ∂Q/∂H':  P = ∂Q/∂u;  R = W_Oᵀ P per head;
   D_ij = A_ij (R_i·v_j − R_i·o_i) / √d_head;
   ∂Q/∂q_i = Σ_j D_ij k_j,  ∂Q/∂k_j = Σ_i D_ij q_i,  ∂Q/∂v_j = Σ_i A_ij R_i
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.models.adapter import Activation, Block, Embedding, LayerNorm
from explainer.models.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class NormState:
    """What the Jacobian of a LayerNorm depends on: standardised input and 1/deviation."""

    standard: Float[Tensor, "point to d_model"]
    scale: Float[Tensor, "point to 1"]

    def at(self, rows: Int[Tensor, " row"]) -> NormState:
        """The state of the given rows, one for each entry of `rows`."""
        return NormState(self.standard.index_select(1, rows), self.scale.index_select(1, rows))

    def project(self, x: Float[Tensor, "#point to d_model"]) -> Float[Tensor, "point to d_model"]:
        """The Jacobian without its gain: scale · (x − mean(x) − standard · mean(standard · x)).

        It is its own transpose, so the same function serves tangents and cotangents.
        """
        along = (self.standard * x).mean(-1, keepdim=True)
        return (x - x.mean(-1, keepdim=True) - self.standard * along) * self.scale


@dataclass(frozen=True, eq=False)
class BlockState:
    """Internals of one block's forward pass at every point."""

    q: Float[Tensor, "point head to d_head"]
    k: Float[Tensor, "point head from d_head"]
    v: Float[Tensor, "point head from d_head"]
    attention: Float[Tensor, "point head to from"]  # A
    output: Float[Tensor, "point head to d_head"]  # o
    norm_1: NormState
    slope: Float[Tensor, "point to d_ff"]  # act'(W_1 y + b_1)
    norm_2: NormState


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Derivatives of Q inside one block at every point (item 3 of the module's list)."""

    P: Float[Tensor, "point to d_model"]
    R: Float[Tensor, "point head to d_head"]
    D: Float[Tensor, "point head to from"]
    query: Float[Tensor, "point head to d_head"]  # ∂Q/∂q


def split_heads(
    block: Block, x: Float[Tensor, "point row d_model"]
) -> Float[Tensor, "point head row d_head"]:
    """[point, row, head · d_head] as [point, head, row, d_head]."""
    return x.unflatten(-1, (block.n_heads, block.d_head)).transpose(1, 2)


def join_heads(
    x: Float[Tensor, "point head row d_head"],
) -> Float[Tensor, "point row d_model"]:
    """The inverse of `split_heads`."""
    return x.transpose(1, 2).flatten(2)


def normalise(
    norm: LayerNorm, x: Float[Tensor, "point row width"]
) -> tuple[Float[Tensor, "point row width"], NormState]:
    """LN(x) and its state."""
    y, mean, scale = torch.native_layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)
    return y, NormState((x - mean) * scale, scale)


def embed(
    embedding: Embedding, z: Float[Tensor, "point pos d_embedding"]
) -> tuple[Float[Tensor, "point pos d_model"], NormState]:
    """H[0] of word embeddings z, and the state of its LayerNorm."""
    H, norm = normalise(embedding.norm, z + embedding.added[: z.shape[1]])
    return (H if embedding.W is None else functional.linear(H, embedding.W, embedding.b)), norm


def embedding_tangent(
    embedding: Embedding, norm: NormState, dz: Float[Tensor, "#point pos d_embedding"]
) -> Float[Tensor, "point pos d_model"]:
    """The tangent of H[0] for that of z, which may be the same at every point."""
    dH = norm.project(dz) * embedding.norm.weight
    return dH if embedding.W is None else functional.linear(dH, embedding.W)


def activate(
    activation: Activation, x: Float[Tensor, "point row d_ff"]
) -> tuple[Float[Tensor, "point row d_ff"], Float[Tensor, "point row d_ff"]]:
    """act(x) and act'(x); exact for any elementwise activation, also where gradients are off."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        y = activation(x)
        (slope,) = torch.autograd.grad(y, x, torch.ones_like(y))
    return y.detach(), slope


Edit = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Changes head outputs o [point, head, to, d_head] and skip inputs [point, to, d_model]."""


def forward(
    block: Block,
    H: Float[Tensor, "point from d_model"],
    rows: Int[Tensor, " to"] | None,
    edit: Edit | None = None,
) -> tuple[Float[Tensor, "point to d_model"], BlockState]:
    """H' and the internals, from H.

    `rows` lists the tokens wanted, None means all; `edit` intervenes before W_O and skip.
    """
    d_model, scale = H.shape[-1], block.d_head**-0.5
    if rows is None:
        resid = H
        projected = functional.linear(H, block.W_QKV, block.b_QKV)
        q, kv = projected.split((d_model, 2 * d_model), dim=-1)
    else:
        resid = H[:, rows]
        q = functional.linear(resid, block.W_QKV[:d_model], block.b_QKV[:d_model])
        kv = functional.linear(H, block.W_QKV[d_model:], block.b_QKV[d_model:])
    q, k, v = (split_heads(block, x).contiguous() for x in (q, *kv.chunk(2, dim=-1)))
    attention = torch.softmax(q @ k.mT * scale, dim=-1)
    output = attention @ v
    if edit is not None:
        output, resid = edit(output, resid)
    u = functional.linear(join_heads(output), block.W_O, block.b_O) + resid
    y, norm_1 = normalise(block.norm_1, u)
    active, slope = activate(block.activation, functional.linear(y, block.W_1, block.b_1))
    w = functional.linear(active, block.W_2, block.b_2) + y
    H_next, norm_2 = normalise(block.norm_2, w)
    return H_next, BlockState(q, k, v, attention, output, norm_1, slope, norm_2)


def feed_forward_backward(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_ff"],
    norm_2: NormState,
    G: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """∂Q/∂u from ∂Q/∂H', through LN2, feed-forward and LN1 of those rows."""
    grad_w = norm_2.project(G * block.norm_2.weight)
    grad_y = torch.matmul(torch.matmul(grad_w, block.W_2) * slope, block.W_1) + grad_w
    return norm_1.project(grad_y * block.norm_1.weight)


def feed_forward_tangent(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_ff"],
    norm_2: NormState,
    du: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """The tangent of H' from that of u, through LN1, feed-forward and LN2."""
    dy = norm_1.project(du) * block.norm_1.weight
    dw = functional.linear(functional.linear(dy, block.W_1) * slope, block.W_2) + dy
    return norm_2.project(dw) * block.norm_2.weight


def backward(
    block: Block,
    state: BlockState,
    rows: Int[Tensor, " to"] | None,
    G_next: Float[Tensor, "point to d_model"],
) -> tuple[Float[Tensor, "point from d_model"], Sensitivity]:
    """G = ∂Q/∂H and the derivatives inside, from G'."""
    d_model, scale = G_next.shape[-1], block.d_head**-0.5
    P = feed_forward_backward(block, state.norm_1, state.slope, state.norm_2, G_next)
    R = split_heads(block, torch.matmul(P, block.W_O)).contiguous()
    along_output = (R * state.output).sum(-1, keepdim=True)
    D = state.attention * (R @ state.v.mT - along_output) * scale
    query = D @ state.k
    key, value = D.mT @ state.q, state.attention.mT @ R
    sensitivity = Sensitivity(P, R, D, query)
    if rows is None:
        joined = torch.cat([join_heads(x) for x in (query, key, value)], dim=-1)
        return torch.matmul(joined, block.W_QKV) + P, sensitivity
    joined = torch.cat([join_heads(x) for x in (key, value)], dim=-1)
    G = torch.matmul(joined, block.W_QKV[d_model:])
    at_rows = P + torch.matmul(join_heads(query), block.W_QKV[:d_model])
    return G.index_add(1, rows, at_rows), sensitivity
