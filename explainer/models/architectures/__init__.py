"""The BERT family: which Hugging Face classes can be explained, and the adapter of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import transformers
from torch import nn

from explainer.models.adapter import Adapter
from explainer.models.architectures import (
    albert,
    bert,
    deberta,
    distilbert,
    electra,
    modernbert,
    mpnet,
    roberta,
)
from explainer.results.model_info import Task

FEWEST = {"max_position_embeddings": 3}
"""A text has three tokens at least."""


@dataclass(frozen=True)
class Architecture:
    """One `model_type`: its classes with a head, and what its configuration and weights are.

    `masked_lm_head` and `classification_head` are how the names of each head's weights start,
    `sizes` the configuration's whole numbers with the depth first, the heads second and the width
    third, `activation` its name for that, and `eps` its name for that of LayerNorms, if it has one.
    `pads_positions`: its positions are counted after the padding token's id, which then matters.
    `mask_takes_space`: its mask takes the space before it, also where the files do not say so.
    `blocks` names the list of its blocks inside of the encoder, `depth` the number of the
    configuration that the list is as long as (None: the first of `sizes`). Of `sizes` some must be
    at least as in `fewest`; of `only` each field must be 1, as others are not built.
    `own` are fields beside these of which the network is made, of which `refused` names one that is
    not built or makes no sense (of a classifier if so), and what is expected. `without` are left
    out, though the class has a default, which need not fit. `told` are fields that the names of the
    weights tell where the configuration does not. `complete` makes what of a network is
    in no file.
    """

    masked_lm: type[Any]
    classification: type[Any]
    masked_lm_head: tuple[str, ...]
    classification_head: tuple[str, ...]
    adapt: Callable[[Any], Adapter]
    sizes: tuple[str, ...]
    activation: str = "hidden_act"
    eps: str | None = "layer_norm_eps"
    pads_positions: bool = False
    mask_takes_space: bool = False
    blocks: str = "encoder.layer"
    depth: str | None = None
    fewest: Mapping[str, int] = field(default_factory=lambda: FEWEST)
    only: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    told: Callable[[Mapping[str, Any], Collection[str]], dict[str, Any]] = lambda *_: {}
    refused: Callable[[Mapping[str, Any], bool], tuple[str, str] | None] = lambda *_: None
    complete: Callable[[Any], None] = lambda _: None

    @property
    def tagging(self) -> type[Any]:
        """Its class for tags of words, which transformers names as it does the other two."""
        return self._class("TokenClassification")

    @property
    def question_answering(self) -> type[Any]:
        """Its class for answers within a passage."""
        return self._class("QuestionAnswering")

    def _class(self, head: str) -> type[Any]:
        name = self.classification.__name__.replace("SequenceClassification", head)
        found: type[Any] = getattr(transformers, name)
        return found

    def network_class(self, task: Task) -> type[Any]:
        """The library's class with the head for a task; a sentence encoder has none."""
        classes: dict[Task, type[Any]] = {
            "masked-lm": self.masked_lm,
            "classification": self.classification,
            "tagging": self.tagging,
            "question-answering": self.question_answering,
        }
        return classes[task]

    @property
    def config_class(self) -> type[Any]:
        """The library's class for its configuration."""
        config_class: type[Any] = self.masked_lm.config_class
        return config_class

    @property
    def prefix(self) -> str:
        """How the names of the encoder's weights start."""
        return f"{self.masked_lm.base_model_prefix}."

    def blocks_of(self, network: Any) -> Sequence[nn.Module]:
        """The blocks of a network, each once, from the first to the last."""
        blocks: Sequence[nn.Module] = network.base_model.get_submodule(self.blocks)
        return blocks


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
        eps=None,
        blocks="transformer.layer",
    ),
    "electra": Architecture(
        transformers.ElectraForMaskedLM,
        transformers.ElectraForSequenceClassification,
        ("generator_predictions.", "generator_lm_head."),
        ("classifier.",),
        electra.adapt,
        (*SIZES, "embedding_size"),
    ),
    "albert": Architecture(
        transformers.AlbertForMaskedLM,
        transformers.AlbertForSequenceClassification,
        ("predictions.",),
        ("classifier.", "albert.pooler."),
        albert.adapt,
        (*SIZES, "embedding_size"),
        blocks="encoder.albert_layer_groups",
        depth="num_hidden_groups",
        only=("num_hidden_groups", "inner_group_num"),
    ),
    "mpnet": Architecture(
        transformers.MPNetForMaskedLM,
        transformers.MPNetForSequenceClassification,
        ("lm_head.",),
        ("classifier.",),
        mpnet.adapt,
        (*SIZES[:-1], "relative_attention_num_buckets"),
        # Positions are counted from 2, and so many buckets are looked up whatever there are.
        fewest={"max_position_embeddings": 5, "relative_attention_num_buckets": mpnet.BUCKETS},
    ),
    "modernbert": Architecture(
        transformers.ModernBertForMaskedLM,
        transformers.ModernBertForSequenceClassification,
        ("head.", "decoder."),
        ("head.", "classifier."),
        modernbert.adapt,
        (*SIZES[:-1], "local_attention"),
        activation="hidden_activation",
        eps="norm_eps",
        blocks="layers",
        own=modernbert.OWN,
        without=modernbert.WITHOUT,
        refused=modernbert.refused,
        complete=modernbert.complete,
    ),
    "deberta-v2": Architecture(
        transformers.DebertaV2ForMaskedLM,
        transformers.DebertaV2ForSequenceClassification,
        ("cls.predictions.", "lm_predictions."),
        ("classifier.", "pooler."),
        deberta.adapt,
        SIZES[:-1],
        own=deberta.OWN,
        refused=deberta.refused,
        told=deberta.told,
    ),
}

FAMILY = (
    "BERT, RoBERTa, XLM-R, CamemBERT, DistilBERT, ELECTRA, ALBERT, MPNet, ModernBERT and DeBERTa-v2"
)
