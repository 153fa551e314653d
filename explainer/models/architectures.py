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
    """One `model_type`: its classes with a head, by the names that a config.json lists."""

    masked_lm: type[Any]
    classification: type[Any]
    adapt: Callable[[Any], Adapter]


ARCHITECTURES: dict[str, Architecture] = {
    "bert": Architecture(
        transformers.BertForMaskedLM, transformers.BertForSequenceClassification, bert.adapt
    ),
    "roberta": Architecture(
        transformers.RobertaForMaskedLM,
        transformers.RobertaForSequenceClassification,
        roberta.adapt,
    ),
    "distilbert": Architecture(
        transformers.DistilBertForMaskedLM,
        transformers.DistilBertForSequenceClassification,
        distilbert.adapt,
    ),
    "electra": Architecture(
        transformers.ElectraForMaskedLM,
        transformers.ElectraForSequenceClassification,
        electra.adapt,
    ),
}
