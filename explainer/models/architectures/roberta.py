"""RoBERTa, and XLM-R and CamemBERT, which are RoBERTa with vocabularies of their own.

BERT's blocks, positions that skip the padding token, heads of their own.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.functional import gelu

from explainer.models.adapter import Adapter, Head, class_head, token_head, vocabulary_head
from explainer.models.architectures import bert


def adapt(network: Any) -> Adapter:
    """The adapter of such a masked LM, classifier, tagger or reader in eval mode."""
    encoder = network.base_model
    embedding = bert.embedding(encoder.embeddings, encoder.embeddings.padding_idx)
    return Adapter(embedding, bert.blocks(encoder.encoder), head(network))


def head(network: Any) -> Head:
    """The head of such a network."""
    if not hasattr(network, "lm_head"):
        return token_head(network) or class_head(network.classifier)
    lm_head = network.lm_head

    def transform(hidden: Tensor) -> Tensor:
        # The class's own forward fixes this activation, whatever the configuration says.
        return lm_head.layer_norm(gelu(lm_head.dense(hidden)))

    return vocabulary_head(transform, lm_head.decoder)
