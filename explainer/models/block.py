"""One block, forward and backward along the path, keeping what the closed forms need.

Shapes: `step` points on the path, `from` every token, `to` the tokens whose next hidden state is
wanted (all of them, but for the last block only the target), `head`, `d_head`, `d_model`,
`d_ff`. With h per head and the step index suppressed (docs/method.md):

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


@dataclass(frozen=True, eq=False)
class NormState:
    """What the Jacobian of a LayerNorm depends on: standardised input and 1/deviation."""

    standard: Tensor  # [step, to, d_model]
    scale: Tensor  # [step, to, 1]

    def at(self, rows: Tensor) -> NormState:
        """The state of the given rows, one for each entry of `rows`."""
        return NormState(self.standard.index_select(1, rows), self.scale.index_select(1, rows))

    def project(self, x: Tensor) -> Tensor:
        """The Jacobian without its gain: scale · (x − mean(x) − standard · mean(standard · x)).

        It is its own transpose, so the same function serves tangents and cotangents.
        """
        along = (self.standard * x).mean(-1, keepdim=True)
        return (x - x.mean(-1, keepdim=True) - self.standard * along) * self.scale


@dataclass(frozen=True, eq=False)
class BlockState:
    """Internals of one block's forward pass at every step."""

    q: Tensor  # [step, head, to, d_head]
    k: Tensor  # [step, head, from, d_head]
    v: Tensor  # [step, head, from, d_head]
    attention: Tensor  # A [step, head, to, from]
    output: Tensor  # o [step, head, to, d_head]
    norm_1: NormState
    slope: Tensor  # act'(W_1 y + b_1) [step, to, d_ff]
    norm_2: NormState


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Derivatives of Q inside one block at every step (item 3 of the module's list)."""

    P: Tensor  # [step, to, d_model]
    R: Tensor  # [step, head, to, d_head]
    D: Tensor  # [step, head, to, from]
    query: Tensor  # ∂Q/∂q [step, head, to, d_head]


def split_heads(block: Block, x: Tensor) -> Tensor:
    """[step, row, head · d_head] as [step, head, row, d_head]."""
    return x.unflatten(-1, (block.n_heads, block.d_head)).transpose(1, 2)


def join_heads(x: Tensor) -> Tensor:
    """The inverse of `split_heads`."""
    return x.transpose(1, 2).flatten(2)


def normalise(norm: LayerNorm, x: Tensor) -> tuple[Tensor, NormState]:
    """LN(x) and its state."""
    y, mean, scale = torch.native_layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)
    return y, NormState((x - mean) * scale, scale)


def embed(embedding: Embedding, z: Tensor) -> tuple[Tensor, NormState]:
    """H[0] [step, pos, d_model] of word embeddings z [step, pos, d_embedding], and its state."""
    H, norm = normalise(embedding.norm, z + embedding.added[: z.shape[1]])
    return (H if embedding.W is None else functional.linear(H, embedding.W, embedding.b)), norm


def embedding_tangent(embedding: Embedding, norm: NormState, dz: Tensor) -> Tensor:
    """The tangent of H[0] [step, pos, d_model] for that of z [1 or step, pos, d_embedding]."""
    dH = norm.project(dz) * embedding.norm.weight
    return dH if embedding.W is None else functional.linear(dH, embedding.W)


def activate(activation: Activation, x: Tensor) -> tuple[Tensor, Tensor]:
    """act(x) and act'(x); exact for any elementwise activation, also where gradients are off."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        y = activation(x)
        (slope,) = torch.autograd.grad(y, x, torch.ones_like(y))
    return y.detach(), slope


Edit = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Changes head outputs o [step, head, to, d_head] and skip inputs [step, to, d_model]."""


def forward(
    block: Block, H: Tensor, rows: Tensor | None, edit: Edit | None = None
) -> tuple[Tensor, BlockState]:
    """H' [step, to, d_model] and the internals, from H [step, from, d_model].

    `rows` [to] lists the tokens wanted, None means all; `edit` intervenes before W_O and skip.
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
    block: Block, norm_1: NormState, slope: Tensor, norm_2: NormState, G: Tensor
) -> Tensor:
    """∂Q/∂u from ∂Q/∂H' [step, row, d_model], through LN2, feed-forward and LN1 of those rows."""
    grad_w = norm_2.project(G * block.norm_2.weight)
    grad_y = torch.matmul(torch.matmul(grad_w, block.W_2) * slope, block.W_1) + grad_w
    return norm_1.project(grad_y * block.norm_1.weight)


def feed_forward_tangent(
    block: Block, norm_1: NormState, slope: Tensor, norm_2: NormState, du: Tensor
) -> Tensor:
    """The tangent of H' from that of u [step, row, d_model], through LN1, feed-forward and LN2."""
    dy = norm_1.project(du) * block.norm_1.weight
    dw = functional.linear(functional.linear(dy, block.W_1) * slope, block.W_2) + dy
    return norm_2.project(dw) * block.norm_2.weight


def backward(
    block: Block, state: BlockState, rows: Tensor | None, G_next: Tensor
) -> tuple[Tensor, Sensitivity]:
    """G = ∂Q/∂H [step, from, d_model] and the derivatives inside, from G' [step, to, d_model]."""
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
