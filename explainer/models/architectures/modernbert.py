"""ModernBERT: pre-LN, rotary positions, gated feed-forward layers, attention in windows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from explainer.models.adapter import (
    Adapter,
    Block,
    Embedding,
    class_head,
    layer_norm,
    optional,
    token_head,
    vocabulary_head,
)
from explainer.models.positions import RelativeBias, Rotary

FULL, WINDOW = "full_attention", "sliding_attention"
SWITCHES = ("norm_bias", "attention_bias", "mlp_bias", "decoder_bias", "classifier_bias")
THETAS = ("global_rope_theta", "local_rope_theta")
OWN = (
    *(*SWITCHES, *THETAS, "classifier_activation", "global_attn_every_n_layers"),
    *("layer_types", "rope_parameters", "classifier_pooling"),
)
"""What else the configuration has that the network is made of."""
WITHOUT = tuple(f"{kind}_token_id" for kind in ("pad", "bos", "eos", "cls", "sep"))
"""Ids that only batches and tokenizers need, of a vocabulary of 50,000 by default."""


def adapt(network: Any) -> Adapter:
    """The adapter of a ModernBERT masked LM, classifier, tagger or reader in eval mode."""
    encoder, config = network.model, network.config
    word: Tensor = encoder.embeddings.tok_embeddings.weight.detach()
    embedding = Embedding(
        word=word,
        added=word.new_zeros(1, word.shape[1]).expand(config.max_position_embeddings, -1),
        norm=layer_norm(encoder.embeddings.norm),
    )
    window = _window(config.sliding_window, word)
    blocks = tuple(
        _block(layer, _rotary(encoder.rotary_emb, layer.attention_type), window)
        for layer in encoder.layers
    )
    by_token, pools = token_head(network, network.head), False
    if hasattr(network, "decoder"):
        head = vocabulary_head(network.head, network.decoder)
    elif by_token is not None:
        head = by_token
    else:
        head = class_head(lambda sequence: network.classifier(network.head(sequence[:, 0])))
        pools = config.classifier_pooling == "mean"
    return Adapter(
        embedding,
        blocks,
        head,
        final_norm=encoder.final_norm,
        pools=pools,
        inside=torch.float32,
    )


def complete(network: Any) -> None:
    """Make the angles of rotations, which are in no file, as the class itself does."""
    rotary = network.model.rotary_emb
    network.model.rotary_emb = type(rotary)(config=network.config)


def refused(config: Mapping[str, Any], classified: bool) -> tuple[str, str] | None:
    """A field that is not built or makes no sense, and what is expected there instead."""
    if classified and config.get("classifier_pooling", "cls") not in ("cls", "mean"):
        return "classifier_pooling", "'cls' or 'mean'"
    for field in SWITCHES:
        if type(config.get(field, False)) is not bool:
            return field, "true or false"
    every = config.get("global_attn_every_n_layers", 3)
    if not (type(every) is int and every >= 1):
        return "global_attn_every_n_layers", "a whole number from 1 on"
    for field in THETAS:
        if not _is_theta(config.get(field, 1.0)):
            return field, "a number above 0"
    layers, kinds = config.get("num_hidden_layers", 22), config.get("layer_types")
    if kinds is not None and not (
        isinstance(kinds, list)
        and len(kinds) == layers
        and all(kind in (FULL, WINDOW) for kind in kinds)
    ):
        return "layer_types", f"'{FULL}' or '{WINDOW}' for each of its {layers:,} layers"
    if config.get("rope_scaling") is not None:
        return "rope_scaling", "nothing, for only plain rotations can be explained"
    if not _is_plain(config.get("rope_parameters")):
        return "rope_parameters", (
            f"for '{FULL}' and '{WINDOW}' the rope_type 'default' and a rope_theta above 0, for "
            "only plain rotations can be explained"
        )
    return None


def _is_theta(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value > 0  # type: ignore[arg-type,operator]


def _is_plain(parameters: object) -> bool:
    if parameters is None:
        return True
    return isinstance(parameters, dict) and all(
        kind in (FULL, WINDOW)
        and isinstance(of, dict)
        and of.keys() <= {"rope_type", "rope_theta"}
        and of.get("rope_type", "default") == "default"
        and _is_theta(of.get("rope_theta", 1.0))
        for kind, of in parameters.items()
    )


def _rotary(rotary: Any, kind: str) -> Rotary:
    return Rotary(getattr(rotary, f"{kind}_inv_freq").detach().float())


def _window(reach: int, like: Tensor) -> RelativeBias:
    """Nothing for tokens up to `reach` apart, and −∞ for those beyond."""
    by_distance = like.new_zeros(1, 2 * reach + 3)
    by_distance[:, [0, -1]] = -torch.inf
    return RelativeBias(by_distance)


def _block(layer: Any, rotary: Rotary, window: RelativeBias) -> Block:
    attention, feed_forward = layer.attn, layer.mlp
    return Block(
        n_heads=attention.config.num_attention_heads,
        W_QKV=attention.Wqkv.weight.detach(),
        b_QKV=optional(attention.Wqkv.bias),
        W_O=attention.Wo.weight.detach(),
        b_O=optional(attention.Wo.bias),
        norm_1=layer_norm(layer.mlp_norm),
        W_1=feed_forward.Wi.weight.detach(),
        b_1=optional(feed_forward.Wi.bias),
        W_2=feed_forward.Wo.weight.detach(),
        b_2=optional(feed_forward.Wo.bias),
        norm_2=None,
        activation=feed_forward.act,
        bias=window if layer.attention_type == WINDOW else None,
        rotary=rotary,
        # The first block has no norm before attention.
        norm_0=layer_norm(layer.attn_norm) if hasattr(layer.attn_norm, "weight") else None,
        pre_norm=True,
        gated=True,
    )
