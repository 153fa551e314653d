"""DecompX (Modarressi et al., ACL 2023, arXiv 2306.02873): every hidden state as a sum over words.

One vector for each source word goes through the network beside the others: attention stays as it
is, LayerNorms are linear at their own scale, the activation is the factor by which it changes each
unit, and a bias is shared among the words by the size of their dot products with it. So at every
layer the vectors sum to the hidden state.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from explainer.base.checkpoint import checkpoint
from explainer.models.adapter import Activation, Block
from explainer.models.block import BlockState, slope_of
from explainer.models.norms import NormState
from explainer.models.shapes import Float
from explainer.rivals.scored import Array
from explainer.rivals.words.observed import Observed, standardised

AT_ONCE = 16
"""Tokens whose parts go through a feed-forward layer at a time."""


def decompx(observed: Observed) -> Array:
    """Each word's part [pos] of the targets' last hidden states times ∂Q/∂H[L], in logits.

    The head is linear at its gradient here, whichever it is.
    """
    *_, last = parts_of_layers(observed)
    parts, gradient = last[observed.targets], observed.head_gradient.unsqueeze(-1)
    return (parts @ gradient).sum((0, -1)).double().cpu().numpy()


def parts_of_layers(observed: Observed) -> list[Float[Tensor, "pos word d_model"]]:
    """Each word's part of every hidden state, from H[0] to H[L]."""
    observed.check_post_norm("DecompX")
    first = torch.diag_embed(observed.hidden[0].T).permute(1, 2, 0)
    parts = [first.contiguous()]
    for block, state in zip(observed.adapter.blocks, observed.states, strict=True):
        checkpoint()
        parts.append(_through(block, state, parts[-1]))
    return parts


def _through(
    block: Block, state: BlockState, parts: Float[Tensor, "from word d_model"]
) -> Float[Tensor, "to word d_model"]:
    d_model = parts.shape[-1]
    assert block.b_QKV is not None, "post-LN blocks have all biases"
    W_V, b_V = block.W_QKV[2 * d_model :], block.b_QKV[2 * d_model :]
    v = functional.linear(parts, W_V).unflatten(-1, (block.n_heads, block.d_head))
    o = torch.einsum("hij,jkhe->ikhe", state.attention[0], v).flatten(2)
    # A row of attention sums to 1, so that the bias of the values comes through as it is.
    bias = functional.linear(b_V, block.W_O, block.b_O)
    u = with_bias(functional.linear(o, block.W_O), bias) + parts
    rows = [_second_half(block, state, u, at) for at in _chunks(len(u))]
    return torch.cat(rows)


def _chunks(length: int) -> list[slice]:
    return [slice(start, start + AT_ONCE) for start in range(0, length, AT_ONCE)]


def _second_half(
    block: Block, state: BlockState, u: Float[Tensor, "to word d_model"], at: slice
) -> Float[Tensor, "row word d_model"]:
    """LN1, feed-forward layer and LN2 of the rows `at`."""
    assert isinstance(state.norm_2, NormState), "post-LN blocks end with a LayerNorm"
    assert block.norm_2 is not None
    norm_1, norm_2 = (
        NormState(norm.x[:, at], norm.mean[:, at], norm.scale[:, at])
        for norm in (state.norm_1, state.norm_2)
    )
    y = with_bias(standardised(norm_1, block.norm_1.weight, u[at]), block.norm_1.bias)
    factor = _factor(block.activation, state.inner[:, at])[0]
    inner = with_bias(functional.linear(y, block.W_1), block.b_1) * factor.unsqueeze(1)
    w = with_bias(functional.linear(inner, block.W_2), block.b_2) + y
    return with_bias(standardised(norm_2, block.norm_2.weight, w), block.norm_2.bias)


def _factor(
    activation: Activation, inner: Float[Tensor, "point row d_ff"]
) -> Float[Tensor, "point row d_ff"]:
    """act(a) / a, and its limit where a is 0."""
    return torch.where(inner == 0, slope_of(activation, inner), activation(inner) / inner)


def with_bias(
    parts: Float[Tensor, "row word width"], bias: Float[Tensor, " width"] | None
) -> Float[Tensor, "row word width"]:
    """The parts with a bias shared among the words by |part · bias|; evenly where all are 0."""
    if bias is None:
        return parts
    sizes = (parts @ bias).abs()
    total = sizes.sum(-1, keepdim=True)
    shares = torch.where(total > 0, sizes / total, 1 / parts.shape[1])
    return parts + shares.unsqueeze(-1) * bias
