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
from explainer.question.sentence import Sentence, read_alone


@dataclass(frozen=True, eq=False)
class Activations:
    """Hidden states [L + 1, pos, d_model], head outputs o and values v [L, head, pos, d_head].

    `pos` is 1 where they are the same for every position. The skip input of block l is nodes[l].
    `attention` [L, head, to, from] is that of the text which they are of; None where they are of
    no text.
    """

    nodes: Float[Tensor, "depth pos d_model"]
    heads: Float[Tensor, "layer head pos d_head"]
    values: Float[Tensor, "layer head pos d_head"]
    attention: Float[Tensor, "layer head pos pos"] | None = None


def activations(adapter: Adapter, z: Float[Tensor, "pos d_embedding"]) -> Activations:
    """By a forward pass of word embeddings z."""
    first, _ = embed(adapter.embedding, z.unsqueeze(0))
    nodes, attended = [first[0]], []
    for H, state in through_blocks(adapter, first):
        nodes.append(H[0])
        attended.append(state.attended)
    return Activations(
        torch.stack(nodes),
        torch.stack([a.output[0] for a in attended]),
        torch.stack([a.v[0] for a in attended]),
        torch.stack([a.attention[0] for a in attended]),
    )


def of_sentence(model: Model, sentence: Sentence) -> Activations:
    """By the forward pass of a sentence that has been read."""
    with without_gradients():
        z = word_embeddings(model.adapter, sentence.token_ids)
        return activations(model.adapter.of(sentence), z)


def no_activations(adapter: Adapter) -> Activations:
    """Zero everywhere."""
    block, word = adapter.blocks[0], adapter.embedding.word
    layers, heads = len(adapter.blocks), block.n_heads
    nothing = word.new_zeros(layers, heads, 1, block.d_head)
    return Activations(word.new_zeros(layers + 1, 1, block.W_O.shape[0]), nothing, nothing)


def mean_activations(model: Model, texts: Sequence[str]) -> Activations:
    """The mean over all tokens of `texts`, layer by layer.

    Raises ExplainerError for no texts or one that the model cannot read.
    """
    if not texts:
        raise ExplainerError("A mean needs reference sentences, and there are none: give some.")
    found = [of_sentence(model, read_alone(model, text)) for text in texts]
    return Activations(
        torch.cat([one.nodes for one in found], 1).mean(1, keepdim=True),
        torch.cat([one.heads for one in found], 2).mean(2, keepdim=True),
        torch.cat([one.values for one in found], 2).mean(2, keepdim=True),
    )
