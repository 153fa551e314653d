"""DistilBERT: no segments, no pooler, names of its own."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.functional import relu

from explainer.models.adapter import (
    Adapter,
    Block,
    Embedding,
    class_head,
    layer_norm,
    stacked,
    token_head,
    vocabulary_head,
)


def adapt(network: Any) -> Adapter:
    """The adapter of a DistilBERT masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.distilbert
    embedding = Embedding(
        word=encoder.embeddings.word_embeddings.weight.detach(),
        added=encoder.embeddings.position_embeddings.weight.detach(),
        norm=layer_norm(encoder.embeddings.LayerNorm),
    )
    if hasattr(network, "vocab_projector"):

        def transform(hidden: Tensor) -> Tensor:
            return network.vocab_layer_norm(network.activation(network.vocab_transform(hidden)))

        head = vocabulary_head(transform, network.vocab_projector)
    else:
        head = token_head(network) or class_head(
            lambda sequence: network.classifier(relu(network.pre_classifier(sequence[:, 0])))
        )
    return Adapter(embedding, tuple(_block(layer) for layer in encoder.transformer.layer), head)


def _block(layer: Any) -> Block:
    attention, feed_forward = layer.attention, layer.ffn
    W_QKV, b_QKV = stacked(attention.q_lin, attention.k_lin, attention.v_lin)
    return Block(
        n_heads=attention.n_heads,
        W_QKV=W_QKV,
        b_QKV=b_QKV,
        W_O=attention.out_lin.weight.detach(),
        b_O=attention.out_lin.bias.detach(),
        norm_1=layer_norm(layer.sa_layer_norm),
        W_1=feed_forward.lin1.weight.detach(),
        b_1=feed_forward.lin1.bias.detach(),
        W_2=feed_forward.lin2.weight.detach(),
        b_2=feed_forward.lin2.bias.detach(),
        norm_2=layer_norm(layer.output_layer_norm),
        activation=feed_forward.activation,
    )
