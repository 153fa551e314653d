"""What every place of the network holds: for an input, or on average over reference sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.models.adapter import Adapter
from explainer.models.block import embed
from explainer.models.encode import through_blocks, without_gradients, word_embeddings
from explainer.models.model import Model
from explainer.models.shapes import Float
from explainer.question.sentence import read_sentence


@dataclass(frozen=True, eq=False)
class Activations:
    """Hidden states [L + 1, pos, d_model] and head outputs o [L, head, pos, d_head].

    `pos` is 1 where they are the same for every position. The skip input of block l is nodes[l].
    """

    nodes: Float[Tensor, "depth pos d_model"]
    heads: Float[Tensor, "layer head pos d_head"]


def activations(adapter: Adapter, z: Float[Tensor, "pos d_embedding"]) -> Activations:
    """By a forward pass of word embeddings z."""
    first, _ = embed(adapter.embedding, z.unsqueeze(0))
    nodes, heads = [first[0]], []
    for H, state in through_blocks(adapter, first):
        nodes.append(H[0])
        heads.append(state.attended.output[0])
    return Activations(torch.stack(nodes), torch.stack(heads))


def no_activations(adapter: Adapter) -> Activations:
    """Zero everywhere."""
    block, word = adapter.blocks[0], adapter.embedding.word
    layers, heads = len(adapter.blocks), block.n_heads
    return Activations(
        word.new_zeros(layers + 1, 1, block.W_O.shape[0]),
        word.new_zeros(layers, heads, 1, block.d_head),
    )


def mean_activations(model: Model, texts: Sequence[str]) -> Activations:
    """The mean over all tokens of `texts`, layer by layer.

    Raises ExplainerError for no texts or one that the model cannot read.
    """
    if not texts:
        raise ExplainerError("A mean needs reference sentences, and there are none: give some.")
    nodes: list[Tensor] = []
    heads: list[Tensor] = []
    with without_gradients():
        for text in texts:
            token_ids = read_sentence(model, text).token_ids
            z = word_embeddings(model.adapter, token_ids)
            found = activations(model.adapter.of(token_ids), z)
            nodes.append(found.nodes)
            heads.append(found.heads)
        return Activations(
            torch.cat(nodes, 1).mean(1, keepdim=True), torch.cat(heads, 2).mean(2, keepdim=True)
        )
