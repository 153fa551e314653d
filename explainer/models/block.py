"""One block, forward at every point of the path, and the derivatives of its second half.

Axes are named as in `shapes`: `from` is every token, `to` the tokens whose next hidden state is
wanted (all of them, but for the last block only the target). With h per head and the index of the
point suppressed (docs/method.md):

1. q, k, v = projections of H;  A = softmax(q kᵀ / √d_head + bias);  o_i = Σ_j A_ij v_j
2. u = W_O o + b_O + H;  y = LN1(u);  w = y + W_2 act(W_1 y + b_1) + b_2;  H' = LN2(w)
3. from G' = ∂Q/∂H' to P = ∂Q/∂u, and from a tangent of u to that of H'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explainer.models.adapter import Activation, Block, Embedding, LayerNorm
from explainer.models.shapes import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class NormState:
    """What the Jacobian of a LayerNorm depends on: its input, the mean and 1/deviation of that."""

    x: Float[Tensor, "point to d_model"]
    mean: Float[Tensor, "point to 1"]
    scale: Float[Tensor, "point to 1"]

    def at(self, rows: Int[Tensor, " row"]) -> NormState:
        """The state of the given rows, one for each entry of `rows`."""
        return NormState(*(part.index_select(1, rows) for part in (self.x, self.mean, self.scale)))

    def output(self, norm: LayerNorm) -> Float[Tensor, "point to d_model"]:
        """What the LayerNorm gave."""
        return functional.layer_norm(self.x, self.x.shape[-1:], norm.weight, norm.bias, norm.eps)

    def project(
        self, x: Float[Tensor, "point to d_model"], gain: Float[Tensor, " d_model"] | None = None
    ) -> Float[Tensor, "point to d_model"]:
        """The Jacobian, of the LayerNorm without its gain, times x (or `gain` · x).

        With z the standardised input that is scale · (x − mean(x) − z · mean(z · x)), which is its
        own transpose, so that the same function serves tangents and cotangents.
        """
        # What torch calls the gradient of a LayerNorm's input is this very product.
        only_input = [True, False, False]
        product, _, _ = torch.ops.aten.native_layer_norm_backward(
            *(
                x.to(self.x.dtype).contiguous(),
                self.x,
                x.shape[-1:],
                self.mean,
                self.scale,
                gain,
                None,
                only_input,
            )
        )
        return product


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
    inner: Float[Tensor, "point to d_ff"]  # W_1 y + b_1
    norm_2: NormState
    slope: Float[Tensor, "point to d_ff"] | None = None  # act'(inner), where it was asked for

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


def normalise(
    norm: LayerNorm, x: Float[Tensor, "point row width"]
) -> tuple[Float[Tensor, "point row width"], NormState]:
    """LN(x) and its state."""
    y, mean, scale = torch.native_layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)
    return y, NormState(x, mean, scale)


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
) -> tuple[Attended, Float[Tensor, "point to d_model"]]:
    """Attention's part of `forward`, and H at the rows."""
    d_model = H.shape[-1]
    if rows is None:
        resid = H
        projected = functional.linear(H, block.W_QKV, block.b_QKV)
        q, kv = projected.split((d_model, 2 * d_model), dim=-1)
    else:
        resid = H.index_select(1, rows)
        q = functional.linear(resid, block.W_QKV[:d_model], block.b_QKV[:d_model])
        kv = functional.linear(H, block.W_QKV[d_model:], block.b_QKV[d_model:])
    q, k, v = (split_heads(block, x).contiguous() for x in (q, *kv.chunk(2, dim=-1)))
    return attend_with(block, Projections(q, k, v), rows, apart), resid


def attend_with(
    block: Block,
    known: Projections,
    rows: Int[Tensor, " to"] | None,
    apart: Bool[Tensor, "from from"] | None,
) -> Attended:
    """A and o of queries, keys and values."""
    scores = (known.q @ known.k.mT).mul_(block.d_head**-0.5)
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
    block: Block, y: Float[Tensor, "point to d_model"], slopes: bool = False
) -> tuple[
    Float[Tensor, "point to d_model"],
    Float[Tensor, "point to d_ff"],
    NormState,
    Float[Tensor, "point to d_ff"] | None,
]:
    """H' = LN2(w) of y, what the activation is of, the state of that LayerNorm, and the
    activation's `slopes` where they are asked for."""
    inner, slope = functional.linear(y, block.W_1, block.b_1), None
    if slopes:  # from the very call that gives the value
        outer, slope = _activated(block.activation, inner)
    else:
        outer = block.activation(inner)
    w = functional.linear(outer, block.W_2, block.b_2) + y
    H_next, norm_2 = normalise(block.norm_2, w)
    return H_next, inner, norm_2, slope


def forward(
    block: Block,
    H: Float[Tensor, "point from d_model"],
    rows: Int[Tensor, " to"] | None,
    edit: Edit | None = None,
    apart: Bool[Tensor, "from from"] | None = None,
    slopes: bool = False,
) -> tuple[Float[Tensor, "point to d_model"], BlockState]:
    """H' and the internals, from H.

    `rows` lists the tokens wanted, None means all; `edit` intervenes before W_O and skip; tokens
    that are `apart` do not attend to each other; `slopes` are those of the activation.
    """
    attended, resid = attend(block, H, rows, apart)
    output = attended.output
    if edit is not None:
        output, resid = edit(output, resid)
    y, norm_1 = half_way(block, output, resid)
    H_next, inner, norm_2, slope = feed_forward(block, y, slopes)
    return H_next, BlockState(attended, norm_1, inner, norm_2, slope)


def feed_forward_backward(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_ff"],
    norm_2: NormState,
    G: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """∂Q/∂u from ∂Q/∂H', through LN2, feed-forward and LN1 of those rows."""
    grad_w = norm_2.project(G, block.norm_2.weight)
    grad_y = torch.matmul(torch.matmul(grad_w, block.W_2).mul_(slope), block.W_1)
    return norm_1.project(grad_y.to(grad_w).add_(grad_w), block.norm_1.weight)


def feed_forward_tangent(
    block: Block,
    norm_1: NormState,
    slope: Float[Tensor, "point row d_ff"],
    norm_2: NormState,
    du: Float[Tensor, "point row d_model"],
) -> Float[Tensor, "point row d_model"]:
    """The tangent of H' from that of u, through LN1, feed-forward and LN2."""
    dy = norm_1.project(du).mul_(block.norm_1.weight)
    dw = functional.linear(functional.linear(dy, block.W_1).mul_(slope), block.W_2)
    return norm_2.project(dw.to(dy).add_(dy)).mul_(block.norm_2.weight)
