"""MPNet: BERT's blocks whose scores know how far two tokens are apart, and RoBERTa's heads."""

from __future__ import annotations

from typing import Any

import torch

from explainer.models.adapter import Adapter, Block, layer_norm, stacked
from explainer.models.architectures import bert, roberta
from explainer.models.positions import RelativeBias

BUCKETS = 32
"""Of distances, as many as the class's own forward takes, whatever the configuration says."""


def adapt(network: Any) -> Adapter:
    """The adapter of an MPNet masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.mpnet
    embedding = bert.embedding(encoder.embeddings, encoder.embeddings.padding_idx)
    bias = relative_bias(encoder.encoder, len(embedding.added))
    blocks = tuple(_block(layer, bias) for layer in encoder.encoder.layer)
    return Adapter(embedding, blocks, roberta.head(network))


def relative_bias(encoder: Any, longest: int) -> RelativeBias:
    """What is added to the scores of tokens up to `longest` apart, the same in every block."""
    distance = torch.arange(
        1 - longest, longest, device=encoder.relative_attention_bias.weight.device
    )
    bucket = encoder.relative_position_bucket(distance, num_buckets=BUCKETS)
    return RelativeBias(encoder.relative_attention_bias.weight.detach()[bucket].T.contiguous())


def _block(layer: Any, bias: RelativeBias) -> Block:
    attention = layer.attention.attn
    W_QKV, b_QKV = stacked(attention.q, attention.k, attention.v)
    return Block(
        n_heads=attention.num_attention_heads,
        W_QKV=W_QKV,
        b_QKV=b_QKV,
        W_O=attention.o.weight.detach(),
        b_O=attention.o.bias.detach(),
        norm_1=layer_norm(layer.attention.LayerNorm),
        W_1=layer.intermediate.dense.weight.detach(),
        b_1=layer.intermediate.dense.bias.detach(),
        W_2=layer.output.dense.weight.detach(),
        b_2=layer.output.dense.bias.detach(),
        norm_2=layer_norm(layer.output.LayerNorm),
        activation=layer.intermediate.intermediate_act_fn,
        bias=bias,
    )
