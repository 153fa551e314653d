"""One block, forward at every point of the path, and the derivatives of its second half.

Axes are named as in `shapes`: `from` is every token, `to` the tokens whose next hidden state is
wanted (all of them, but for the last block only the target). With h per head and the index of the
point suppressed (docs/method.md):

1. q, k, v = projections of H;  A = softmax(q kᵀ / √d_head + bias);  o_i = Σ_j A_ij v_j
2. u = W_O o + b_O + H;  y = LN1(u);  w = y + W_2 act(W_1 y + b_1) + b_2;  H' = LN2(w)
3. from G' = ∂Q/∂H' to P = ∂Q/∂u, and from a tangent of u to that of H'

With pre-LN, q, k, v are projections of LN0(H), w = u + W_2 … , and H' is w (docs/architectures.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.models.adapter import Activation, Block, Embedding
from explainer.models.norms import NormState, Passed, normalise, normalised
from explainer.models.shapes import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class Projections:
    """Queries, keys and values of H at every point."""

    q: Float[Tensor, "point head to d_head"]
    k: Float[Tensor, "point head from d_head"]
    v: Float[Tensor, "point head from d_head"]


@dataclass(frozen=True, eq=False)
class Attended(Projections):
    """What attention makes of them."""

    attention: Float[Tensor, "point head to from"]  # A
    output: Float[Tensor, "point head to d_head"]  # o


@dataclass(frozen=True, eq=False)
class BlockState:
    """Internals of one block's forward pass at every point."""

    attended: Attended
    norm_1: NormState
    inner: Float[Tensor, "point to d_inner"]  # W_1 y + b_1
    norm_2: NormState | Passed
    slope: Float[Tensor, "point to d_inner"] | None = None  # `slopes_of`, where it was asked for
    norm_0: NormState | Passed | None = None  # where H is normed before attention

    @property
    def attention(self) -> Float[Tensor, "point head to from"]:
        """A, how much each token attends to each."""
        return self.attended.attention


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


def join_side_by_side(
    *parts: Float[Tensor, "point head row d_head"],
) -> Float[Tensor, "point row width"]:
    """`join_heads` of every part, one after the other along the last axis."""
    return torch.cat([x.transpose(1, 2) for x in parts], dim=2).flatten(2)


def embed(
    embedding: Embedding, z: Float[Tensor, "point pos d_embedding"]
) -> tuple[Float[Tensor, "point pos d_model"], NormState]:
    """H[0] of word embeddings z, and the state of its LayerNorm."""
    H, norm = normalise(embedding.norm, z + embedding.added[: z.shape[1]])
    if embedding.W is not None:  # in reduced precision too what blocks are given is whole
        H = functional.linear(H, embedding.W, embedding.b).to(H)
    return H, norm


def embedding_tangent(
    embedding: Embedding, norm: NormState, dz: Float[Tensor, "#point pos d_embedding"]
) -> Float[Tensor, "point pos d_model"]:
    """The tangent of H[0] for that of z, which may be the same at every point."""
    dH = norm.project(dz.expand_as(norm.x)) * embedding.norm.weight
    return dH if embedding.W is None else functional.linear(dH, embedding.W).to(dH)


def slope_of(
    activation: Activation, inner: Float[Tensor, "point row d_ff"]
) -> Float[Tensor, "point row d_ff"]:
    """act'(inner); exact for any elementwise activation, also where gradients are off."""
    return _activated(activation, inner)[1]


def slopes_of(
    block: Block, inner: Float[Tensor, "point row d_inner"]
) -> Float[Tensor, "point row d_inner"]:
    """By how much what W_2 gets moves with each unit of W_1 y + b_1."""
    return _through_units(block, inner)[1]


def _through_units(
    block: Block, inner: Float[Tensor, "point row d_inner"]
) -> tuple[Float[Tensor, "point row d_ff"], Float[Tensor, "point row d_inner"]]:
    """What W_2 gets, and `slopes_of`."""
    if not block.gated:
        return _activated(block.activation, inner)
    a, gate = inner.chunk(2, dim=-1)
    outer, slope = _activated(block.activation, a)
    return outer * gate, torch.cat((slope * gate, outer), dim=-1)


def _units(
    block: Block, inner: Float[Tensor, "point row d_inner"]
) -> Float[Tensor, "point row d_ff"]:
    """What W_2 gets."""
    if not block.gated:
        return block.activation(inner)
    a, gate = inner.chunk(2, dim=-1)
    return block.activation(a) * gate


def _activated(
    activation: Activation, inner: Float[Tensor, "point row d_ff"]
) -> tuple[Float[Tensor, "point row d_ff"], Float[Tensor, "point row d_ff"]]:
    """act(inner) and act'(inner)."""
    with torch.enable_grad():
        x = inner.detach().requires_grad_()
        y = activation(x)
        (slope,) = torch.autograd.grad(y, x, torch.ones_like(y))
    return y.detach(), slope


Edit = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Changes head outputs o [point, head, to, d_head] and skip inputs [point, to, d_model]."""


def attend(
    block: Block,
    H: Float[Tensor, "point from d_model"],
    rows: Int[Tensor, " to"] | None,
    apart: Bool[Tensor, "from from"] | None = None,
    places: Int[Tensor, " from"] | None = None,
) -> tuple[Attended, NormState | Passed | None]:
    """Attention's part of `forward`, and the state of the LayerNorm before it, where it may be."""
    d_model, norm_0 = H.shape[-1], None
    if block.pre_norm:
        H, norm_0 = normalised(block.norm_0, H)
    if rows is None:
        projected = functional.linear(H, block.W_QKV, block.b_QKV)
        q, kv = projected.split((d_model, 2 * d_model), dim=-1)
    else:
        b_Q, b_KV = (None, None) if block.b_QKV is None else block.b_QKV.tensor_split([d_model])
        q = functional.linear(H.index_select(1, rows), block.W_QKV[:d_model], b_Q)
        kv = functional.linear(H, block.W_QKV[d_model:], b_KV)
    q, k, v = (split_heads(block, x).contiguous() for x in (q, *kv.chunk(2, dim=-1)))
    if block.rotary is not None:
        every = torch.arange(k.shape[2], device=k.device) if places is None else places
        q = block.rotary.turn(q, every if rows is None else every[rows]).to(v)
        k = block.rotary.turn(k, every).to(v)
    return attend_with(block, Projections(q, k, v), rows, apart), norm_0


def attend_with(
    block: Block,
    known: Projections,
    rows: Int[Tensor, " to"] | None,
    apart: Bool[Tensor, "from from"] | None,
) -> Attended:
    """A and o of queries, keys and values."""
    scores = known.q @ known.k.mT
    if block.distances is not None:
        every = torch.arange(known.k.shape[2], device=scores.device)
        to = every if rows is None else rows
        scores += block.distances.scores(known.q, known.k, to, every)
    scores = scores.mul_(block.root)
    if block.bias is not None:
        scores += block.bias.between(known.k.shape[2], rows)
    if apart is not None:
        scores = scores.masked_fill(apart if rows is None else apart[rows], -torch.inf)
    attention = torch.softmax(scores, dim=-1)
    return Attended(known.q, known.k, known.v, attention, attention @ known.v)


def half_way(
    block: Block,
    output: Float[Tensor, "point head to d_head"],
    resid: Float[Tensor, "point to d_model"],
) -> tuple[Float[Tensor, "point to d_model"], NormState]:
    """y = LN1(u) of head outputs o and skip inputs, and the state of that LayerNorm."""
    u = functional.linear(join_heads(output), block.W_O, block.b_O) + resid
    return normalise(block.norm_1, u)


def feed_forward(
    block: Block, y: Float[Tensor, "point to d_model"], norm_1: NormState, slopes: bool = False
) -> tuple[
    Float[Tensor, "point to d_model"],
    Float[Tensor, "point to d_inner"],
    NormState | Passed,
    Float[Tensor, "point to d_inner"] | None,
]:
    """H' of y and the LayerNorm that gave it, W_1 y + b_1, the state of the last LayerNorm, and
    `slopes_of` where they are asked for."""
    inner, slope = functional.linear(y, block.W_1, block.b_1), None
    if slopes:  # from the very call that gives the value
        outer, slope = _through_units(block, inner)
    else:
        outer = _units(block, inner)
    w = functional.linear(outer, block.W_2, block.b_2) + (norm_1.x if block.pre_norm else y)
    H_next, norm_2 = normalised(block.norm_2, w)
    return H_next, inner, norm_2, slope


def forward(
    block: Block,
    H: Float[Tensor, "point from d_model"],
    rows: Int[Tensor, " to"] | None,
    edit: Edit | None = None,
    apart: Bool[Tensor, "from from"] | None = None,
    slopes: bool = False,
    places: Int[Tensor, " from"] | None = None,
) -> tuple[Float[Tensor, "point to d_model"], BlockState]:
    """H' and the internals, from H.

    `rows` lists the tokens wanted, None means all; `edit` intervenes before W_O and skip; tokens
    that are `apart` do not attend to each other; `slopes` are those of the activation. `places`
    are the tokens' positions, each in its own text (None: as they stand).
    """
    attended, norm_0 = attend(block, H, rows, apart, places)
    output, resid = attended.output, (H if rows is None else H.index_select(1, rows))
    if edit is not None:
        output, resid = edit(output, resid)
    y, norm_1 = half_way(block, output, resid)
    H_next, inner, norm_2, slope = feed_forward(block, y, norm_1, slopes)
    return H_next, BlockState(attended, norm_1, inner, norm_2, slope, norm_0)


def feed_forward_backward(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_inner"],
    norm_2: NormState | Passed,
    G: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """∂Q/∂u from ∂Q/∂H', through LN2, feed-forward and LN1 of those rows."""
    grad_w = norm_2.back(block.norm_2, G)
    grad_outer = torch.matmul(grad_w, block.W_2)
    grad_inner = grad_outer.repeat(1, 1, 2) if block.gated else grad_outer
    grad_y = torch.matmul(grad_inner.mul_(slope), block.W_1).to(grad_w)
    if block.pre_norm:
        return norm_1.back(block.norm_1, grad_y).add_(grad_w)
    return norm_1.back(block.norm_1, grad_y.add_(grad_w))


def feed_forward_tangent(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_inner"],
    norm_2: NormState | Passed,
    du: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """The tangent of H' from that of u, through LN1, feed-forward and LN2."""
    dy = norm_1.along(block.norm_1, du)
    d_outer = functional.linear(dy, block.W_1).mul_(slope)
    if block.gated:
        one, other = d_outer.chunk(2, dim=-1)
        d_outer = one + other
    dw = functional.linear(d_outer, block.W_2).to(dy)
    return norm_2.along(block.norm_2, dw.add_(du if block.pre_norm else dy))
