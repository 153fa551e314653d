"""The BERT family: which Hugging Face classes can be explained, and the adapter of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import transformers

from explainer.models.adapter import Adapter
from explainer.models.architectures import bert, distilbert, electra, roberta


@dataclass(frozen=True)
class Architecture:
    """One `model_type`: its classes with a head, and what its configuration and weights are.

    `masked_lm_head` and `classification_head` are how the names of each head's weights start,
    `sizes` the configuration's whole numbers with the depth first, the heads second and the width
    third, `activation` its name for that, and `reads_eps` whether it has one for LayerNorms.
    `pads_positions`: its positions are counted after the padding token's id, which then matters.
    `mask_takes_space`: its mask takes the space before it, also where the files do not say so.
    """

    masked_lm: type[Any]
    classification: type[Any]
    masked_lm_head: tuple[str, ...]
    classification_head: tuple[str, ...]
    adapt: Callable[[Any], Adapter]
    sizes: tuple[str, ...]
    activation: str = "hidden_act"
    reads_eps: bool = True
    pads_positions: bool = False
    mask_takes_space: bool = False

    @property
    def config_class(self) -> type[Any]:
        """The library's class for its configuration."""
        config_class: type[Any] = self.masked_lm.config_class
        return config_class

    @property
    def prefix(self) -> str:
        """How the names of the encoder's weights start."""
        return f"{self.masked_lm.base_model_prefix}."


SIZES = (
    *("num_hidden_layers", "num_attention_heads", "hidden_size", "intermediate_size"),
    *("vocab_size", "max_position_embeddings", "type_vocab_size"),
)

ARCHITECTURES: dict[str, Architecture] = {
    "bert": Architecture(
        transformers.BertForMaskedLM,
        transformers.BertForSequenceClassification,
        ("cls.predictions.",),
        ("classifier.", "bert.pooler."),
        bert.adapt,
        SIZES,
    ),
    **{
        kind: Architecture(
            masked_lm,
            classification,
            ("lm_head.",),
            ("classifier.",),
            roberta.adapt,
            SIZES,
            pads_positions=True,
            mask_takes_space=True,
        )
        for kind, masked_lm, classification in (
            (
                "roberta",
                transformers.RobertaForMaskedLM,
                transformers.RobertaForSequenceClassification,
            ),
            (
                "xlm-roberta",
                transformers.XLMRobertaForMaskedLM,
                transformers.XLMRobertaForSequenceClassification,
            ),
            (
                "camembert",
                transformers.CamembertForMaskedLM,
                transformers.CamembertForSequenceClassification,
            ),
        )
    },
    "distilbert": Architecture(
        transformers.DistilBertForMaskedLM,
        transformers.DistilBertForSequenceClassification,
        ("vocab_transform.", "vocab_layer_norm.", "vocab_projector."),
        ("pre_classifier.", "classifier."),
        distilbert.adapt,
        ("n_layers", "n_heads", "dim", "hidden_dim", "vocab_size", "max_position_embeddings"),
        activation="activation",
        reads_eps=False,
    ),
    "electra": Architecture(
        transformers.ElectraForMaskedLM,
        transformers.ElectraForSequenceClassification,
        ("generator_predictions.", "generator_lm_head."),
        ("classifier.",),
        electra.adapt,
        (*SIZES, "embedding_size"),
    ),
}

FAMILY = "BERT, RoBERTa, XLM-R, CamemBERT, DistilBERT and ELECTRA"
