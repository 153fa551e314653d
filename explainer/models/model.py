"""A loaded model: what the rest of the package needs, and nothing of Hugging Face's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from explainer.base.checks import instance
from explainer.models.adapter import Adapter
from explainer.models.pooling import Pooling
from explainer.results.model_info import ModelInfo


@dataclass(frozen=True, eq=False)
class Model:
    """A checked network with its tokenizer; never changed after loading.

    `labels` names the classes (empty for a masked LM), `max_tokens` is the longest input with
    [CLS] and [SEP], `mask_id` and `pad_id` number those tokens (None where there is none),
    `known_ids` [vocabulary] marks the rows of the vocabulary that have a token (a vocabulary may
    be padded, and its numbers may have holes), `fingerprint` tells the model from every other by
    its weights, configuration, tokenizer and precision as they were read, `network` is the Hugging
    Face module for real forward passes, and `adapter` its blocks as plain functions. `pooling` is
    what a sentence encoder makes an embedding with, None for a model with a head. Only what reads
    texts uses the tokenizer: `sentence`, `pair` and `vocabulary` of `explainer.question`.
    """

    info: ModelInfo
    labels: tuple[str, ...]
    max_tokens: int
    mask_id: int | None
    pad_id: int | None
    known_ids: Tensor
    fingerprint: str
    tokenizer: Any
    network: Any
    adapter: Adapter
    pooling: Pooling | None = None

    @property
    def n_bytes(self) -> int:
        """Bytes of its network's weights, which its adapter shares."""
        every = (*self.network.parameters(), *self.network.buffers())
        return sum(one.numel() * one.element_size() for one in every)


def given_model(model: Any) -> Model:
    """The model that a caller gave; raises ExplainerError for anything else."""
    return instance("model", model, Model, "what load_model returns")
