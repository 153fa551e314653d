"""DeBERTa-v2 and v3: BERT's blocks whose scores also meet what stands for a distance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

from explainer.models.adapter import (
    Adapter,
    Embedding,
    Head,
    class_head,
    layer_norm,
    token_head,
    vocabulary_head,
)
from explainer.models.architectures import bert
from explainer.models.positions import Disentangled

TERMS = ("c2p", "p2c")
"""Content to position: a query meets a distance; position to content: a distance meets a key."""
SWITCHES = ("relative_attention", "share_att_key", "position_biased_input", "legacy")
OWN = (
    *(*SWITCHES, "position_buckets", "max_relative_positions", "pos_att_type", "norm_rel_ebd"),
    *("type_vocab_size", "pooler_hidden_act"),
)
"""What else the configuration has that the network is made of."""
MOST = 1_000_000


def adapt(network: Any) -> Adapter:
    """The adapter of a DeBERTa-v2 masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.deberta
    blocks = tuple(
        bert.block(layer, "query_proj", "key_proj", "value_proj", **_scores(encoder, layer))
        for layer in encoder.encoder.layer
    )
    return Adapter(_embedding(encoder.embeddings), blocks, _head(network))


def told(config: Mapping[str, Any], weights: Collection[str]) -> dict[str, Any]:
    """Which of the two heads for masked words it has, where the configuration does not say.

    DeBERTa-v3's files do not, and have today's; the class takes the old one for it by default.
    """
    if "legacy" in config:
        return {}
    return {"legacy": not any(name.startswith("lm_predictions.lm_head.") for name in weights)}


def refused(config: Mapping[str, Any], _classified: bool) -> tuple[str, str] | None:
    """A field that is not built or makes no sense, and what is expected there instead."""
    if config.get("conv_kernel_size"):
        return "conv_kernel_size", "0, for a convolution beside the first block cannot be explained"
    if config.get("embedding_size") not in (None, config.get("hidden_size", 1536)):
        return "embedding_size", "the hidden_size, for a projection before its norm is not built"
    for field in SWITCHES:
        if type(config.get(field, False)) is not bool:
            return field, "true or false"
    for field in ("position_buckets", "max_relative_positions", "type_vocab_size"):
        low = 0 if field == "type_vocab_size" else -1
        number = config.get(field, 0)
        if not (type(number) is int and low <= number <= MOST):
            return field, f"a whole number from {low} to {MOST:,}"
    buckets, longest = config.get("position_buckets", -1), config.get("max_relative_positions", -1)
    longest = longest if longest > 0 else config.get("max_position_embeddings", 512)
    if buckets > 0 and not 2 <= buckets < 2 * (longest - 1):
        return "position_buckets", "-1, or from 2 to fewer than twice the distances that there are"
    terms = config.get("pos_att_type")
    listed = terms.lower().split("|") if isinstance(terms, str) else terms
    if terms is not None and not (
        isinstance(listed, list) and all(str(term).strip() in TERMS for term in listed)
    ):
        return "pos_att_type", f"some of {' and '.join(TERMS)}, for others cannot be explained"
    norm = config.get("norm_rel_ebd", "none")
    if norm not in ("none", "layer_norm"):
        return "norm_rel_ebd", "'none' or 'layer_norm'"
    return None


def _embedding(embeddings: Any) -> Embedding:
    word: Tensor = embeddings.word_embeddings.weight.detach()
    places = embeddings.position_ids.shape[1]
    added = word.new_zeros(1, word.shape[1]).expand(places, -1)
    if embeddings.position_biased_input:
        added = embeddings.position_embeddings.weight.detach()
    segments: Tensor | None = None
    if embeddings.token_type_embeddings is not None:
        segments = embeddings.token_type_embeddings.weight.detach()
        added = added + segments[0]
    return Embedding(
        word=word,
        added=added,
        norm=layer_norm(embeddings.LayerNorm),
        segments=None if segments is None else segments - segments[0],
    )


def _scores(encoder: Any, layer: Any) -> dict[str, Any]:
    """By what scores are scaled, and what of distances they know."""
    attention = layer.attention.self
    factor = 1 + sum(term in attention.pos_att_type for term in TERMS)
    # In float32, as the library takes this root.
    root = torch.sqrt(torch.tensor(attention.attention_head_size, dtype=torch.float) * factor)
    found = {"scale": 1 / float(root)}
    if not attention.relative_attention:
        return found
    span = attention.pos_ebd_size
    with torch.no_grad():
        embedded = encoder.encoder.get_rel_embedding()[: 2 * span]
        shared = attention.share_att_key
        keys, queries = (
            (attention.key_proj, attention.query_proj)
            if shared
            else (getattr(attention, f"pos_{kind}_proj", None) for kind in ("key", "query"))
        )
        known = (
            projection(embedded).unflatten(-1, (attention.num_attention_heads, -1)).transpose(0, 1)
            if projection is not None and term in attention.pos_att_type
            else None
            for projection, term in zip((keys, queries), TERMS, strict=True)
        )
        keys, queries = (None if x is None else x.contiguous() for x in known)
    longest = encoder.embeddings.position_ids.shape[1]
    distance = torch.arange(1 - longest, longest, device=embedded.device)
    if attention.position_buckets > 0:
        distance = make_log_bucket_position(
            distance, attention.position_buckets, attention.max_relative_positions
        )
    bucket = (distance.long() + span).clamp(0, 2 * span - 1)
    return found | {"distances": Disentangled(keys, queries, bucket)}


def _head(network: Any) -> Head:
    by_token = token_head(network)
    if by_token is not None:
        return by_token
    if hasattr(network, "classifier"):
        return class_head(lambda sequence: network.classifier(network.pooler(sequence)))
    if hasattr(network, "cls"):
        predictions = network.cls.predictions
        return vocabulary_head(predictions.transform, predictions.decoder)
    head, word = network.lm_predictions.lm_head, network.deberta.embeddings.word_embeddings

    def transform(hidden: Tensor) -> Tensor:
        return head.LayerNorm(head.transform_act_fn(head.dense(hidden)))

    def logits(hidden: Tensor, words: Tensor | None) -> Tensor:
        every = slice(None) if words is None else words
        return torch.nn.functional.linear(transform(hidden), word.weight[every], head.bias[every])

    return logits
