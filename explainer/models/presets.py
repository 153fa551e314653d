"""What a list of models says of each, and well-known ones of the Hub to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["built-in", "folder", "cached", "preset"]


NOT_STATED = "not stated"
"""What lists say of a licence that is not known here."""


@dataclass(frozen=True)
class Listing:
    """One model that `load_model` takes by `name`: `size` counts layers, heads, width and MB.

    `licence` is an SPDX name, empty where it is not known here: lists say that it is `NOT_STATED`.
    """

    name: str
    kind: Kind
    task: str
    size: str
    description: str
    licence: str = ""


def _preset(
    name: str, task: str, sizes: tuple[int, int, int], megabytes: int, licence: str, says: str
) -> Listing:
    layers, heads, width = sizes
    size = f"{layers} layers × {heads} heads × {width}, {megabytes:,} MB"
    return Listing(name, "preset", task, size, says, licence)


LM, CLASSES, TAGS = "masked-lm", "classification", "tagging"
BASE, SMALL = (12, 12, 768), (6, 12, 384)
PRESETS = (
    _preset("google-bert/bert-base-uncased", LM, BASE, 440, "Apache-2.0", "The original BERT"),
    _preset(
        *("google/bert_uncased_L-6_H-512_A-8", LM, (6, 8, 512), 140, "Apache-2.0"),
        "The small BERT of the paper's agreement experiments",
    ),
    _preset(
        *("JeremiahZ/bert-base-uncased-sst2", CLASSES, BASE, 438, ""),
        "BERT fine-tuned on SST-2, as in the paper's sentiment experiments",
    ),
    _preset(
        *("FacebookAI/roberta-base", LM, BASE, 499, "MIT"),
        "RoBERTa, with byte-level word pieces",
    ),
    _preset(
        *("distilbert/distilbert-base-uncased", LM, (6, 12, 768), 268, "Apache-2.0"),
        "DistilBERT, half as deep as BERT",
    ),
    _preset(
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        *(CLASSES, (6, 12, 768), 268, "Apache-2.0"),
        "DistilBERT fine-tuned on SST-2",
    ),
    _preset(
        *("google/electra-small-generator", LM, (12, 4, 256), 54, "Apache-2.0"),
        "ELECTRA's masked LM",
    ),
    _preset(
        *("answerdotai/ModernBERT-base", LM, (22, 12, 768), 599, "Apache-2.0"),
        "ModernBERT: long texts, rotary positions, windows",
    ),
    _preset(
        *("FacebookAI/xlm-roberta-base", LM, BASE, 1_116, "MIT"),
        "XLM-R: a masked LM of a hundred languages",
    ),
    _preset(
        *("cross-encoder/nli-deberta-v3-base", CLASSES, BASE, 738, "Apache-2.0"),
        "Whether a second text follows from the first (NLI), by DeBERTa-v3",
    ),
    _preset(
        *("cross-encoder/ms-marco-MiniLM-L6-v2", CLASSES, SMALL, 91, "Apache-2.0"),
        "How well a passage answers a query (reranking)",
    ),
    _preset(
        *("dslim/bert-base-NER", TAGS, BASE, 433, "MIT"),
        "Names of people, places and organisations (NER)",
    ),
    _preset(
        *("deepset/roberta-base-squad2", "question-answering", BASE, 496, "CC-BY-4.0"),
        "Where a passage answers a question, or that it does not",
    ),
    _preset(
        *("sentence-transformers/all-MiniLM-L6-v2", "similarity", SMALL, 91, "Apache-2.0"),
        "How near two texts are: the model that `similarity` was made from",
    ),
)
"""Downloaded on first use. At least one of every kind of question; sizes are those of the files of
weights, and licences those of the cards."""
