"""ALBERT: one block of BERT's, repeated, behind embeddings of their own width."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor

from explainer.models.adapter import (
    Adapter,
    Block,
    class_head,
    layer_norm,
    stacked,
    token_head,
    vocabulary_head,
)
from explainer.models.architectures import bert


def adapt(network: Any) -> Adapter:
    """The adapter of an ALBERT masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.albert
    projection = encoder.encoder.embedding_hidden_mapping_in
    embedding = replace(
        bert.embedding(encoder.embeddings),
        W=projection.weight.detach(),
        b=projection.bias.detach(),
    )
    ((layer,),) = (group.albert_layers for group in encoder.encoder.albert_layer_groups)
    blocks = (_block(layer),) * network.config.num_hidden_layers
    if hasattr(network, "predictions"):
        predictions = network.predictions

        def transform(hidden: Tensor) -> Tensor:
            return predictions.LayerNorm(predictions.activation(predictions.dense(hidden)))

        return Adapter(embedding, blocks, vocabulary_head(transform, predictions.decoder))

    def scores(sequence: Tensor) -> Tensor:
        return network.classifier(encoder.pooler_activation(encoder.pooler(sequence[:, 0])))

    return Adapter(embedding, blocks, token_head(network) or class_head(scores))


def _block(layer: Any) -> Block:
    attention = layer.attention
    W_QKV, b_QKV = stacked(attention.query, attention.key, attention.value)
    return Block(
        n_heads=attention.num_attention_heads,
        W_QKV=W_QKV,
        b_QKV=b_QKV,
        W_O=attention.dense.weight.detach(),
        b_O=attention.dense.bias.detach(),
        norm_1=layer_norm(attention.LayerNorm),
        W_1=layer.ffn.weight.detach(),
        b_1=layer.ffn.bias.detach(),
        W_2=layer.ffn_output.weight.detach(),
        b_2=layer.ffn_output.bias.detach(),
        norm_2=layer_norm(layer.full_layer_layer_norm),
        activation=layer.activation,
    )
