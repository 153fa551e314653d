"""The BERT family: which Hugging Face classes can be explained, and the adapter of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import transformers

from explainer.models import bert, distilbert, electra, roberta
from explainer.models.adapter import Adapter


@dataclass(frozen=True)
class Architecture:
    """One `model_type`: its classes with a head, and where the weights of that for words start."""

    masked_lm: type[Any]
    classification: type[Any]
    masked_lm_head: tuple[str, ...]
    adapt: Callable[[Any], Adapter]


ARCHITECTURES: dict[str, Architecture] = {
    "bert": Architecture(
        transformers.BertForMaskedLM,
        transformers.BertForSequenceClassification,
        ("cls.predictions.",),
        bert.adapt,
    ),
    "roberta": Architecture(
        transformers.RobertaForMaskedLM,
        transformers.RobertaForSequenceClassification,
        ("lm_head.",),
        roberta.adapt,
    ),
    "distilbert": Architecture(
        transformers.DistilBertForMaskedLM,
        transformers.DistilBertForSequenceClassification,
        ("vocab_",),
        distilbert.adapt,
    ),
    "electra": Architecture(
        transformers.ElectraForMaskedLM,
        transformers.ElectraForSequenceClassification,
        ("generator_",),
        electra.adapt,
    ),
}

FAMILY = "BERT, RoBERTa, DistilBERT and ELECTRA"
