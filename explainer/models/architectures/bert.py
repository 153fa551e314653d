"""BERT, and the pieces that RoBERTa and ELECTRA name alike."""

from __future__ import annotations

from typing import Any

from torch import Tensor

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
    """The adapter of a BERT masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.bert
    if hasattr(network, "cls"):
        predictions = network.cls.predictions
        head = vocabulary_head(predictions.transform, predictions.decoder)
    else:
        head = token_head(network) or class_head(
            lambda sequence: network.classifier(encoder.pooler(sequence))
        )
    return Adapter(embedding(encoder.embeddings), blocks(encoder.encoder), head)


def embedding(embeddings: Any, padding: int | None = None) -> Embedding:
    """Word embeddings and what is added to them.

    Where `padding` is a token's id, positions are counted from after it, and that token takes none.
    """
    added: Tensor = embeddings.position_embeddings.weight.detach()
    segments: Tensor | None = None
    if hasattr(embeddings, "token_type_embeddings"):
        segments = embeddings.token_type_embeddings.weight.detach()
        added = added + segments[0]
    return Embedding(
        word=embeddings.word_embeddings.weight.detach(),
        added=added if padding is None else added[padding + 1 :],
        norm=layer_norm(embeddings.LayerNorm),
        unplaced=padding,
        added_unplaced=None if padding is None else added[padding],
        segments=None if segments is None else segments - segments[0],
    )


def blocks(encoder: Any) -> tuple[Block, ...]:
    """Every block of an encoder."""
    return tuple(block(layer, "query", "key", "value") for layer in encoder.layer)


def block(layer: Any, *projections: str, **more: Any) -> Block:
    """One of BERT's blocks, whose projections have these names, with `more` of `Block`."""
    attention, output = layer.attention.self, layer.attention.output
    W_QKV, b_QKV = stacked(*(getattr(attention, name) for name in projections))
    return Block(
        n_heads=attention.num_attention_heads,
        W_QKV=W_QKV,
        b_QKV=b_QKV,
        W_O=output.dense.weight.detach(),
        b_O=output.dense.bias.detach(),
        norm_1=layer_norm(output.LayerNorm),
        W_1=layer.intermediate.dense.weight.detach(),
        b_1=layer.intermediate.dense.bias.detach(),
        W_2=layer.output.dense.weight.detach(),
        b_2=layer.output.dense.bias.detach(),
        norm_2=layer_norm(layer.output.LayerNorm),
        activation=layer.intermediate.intermediate_act_fn,
        **more,
    )
