"""ELECTRA: BERT's blocks behind embeddings of their own width."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from explainer.models.adapter import Adapter, class_head, token_head, vocabulary_head
from explainer.models.architectures import bert


def adapt(network: Any) -> Adapter:
    """The adapter of an ELECTRA generator, classifier, tagger or reader in eval mode."""
    encoder = network.electra
    embedding = bert.embedding(encoder.embeddings)
    if hasattr(encoder, "embeddings_project"):
        projection = encoder.embeddings_project
        embedding = replace(embedding, W=projection.weight.detach(), b=projection.bias.detach())
    head = (
        vocabulary_head(network.generator_predictions, network.generator_lm_head)
        if hasattr(network, "generator_lm_head")
        else token_head(network) or class_head(network.classifier)
    )
    return Adapter(embedding, bert.blocks(encoder.encoder), head)
