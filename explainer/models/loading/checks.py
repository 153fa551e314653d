"""Check a model folder before anything is computed: what it lacks or is, in one sentence.

Reads the configuration and the headers of the weight files; no weight is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.files import is_plain
from explainer.base.quote import quote
from explainer.models.architectures import ARCHITECTURES, Architecture
from explainer.models.loading.config import (
    check_config,
    check_own,
    headless,
    read_config,
    task_of,
    wanted,
)
from explainer.models.loading.weights import Announced, announced
from explainer.results.model_info import Task

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json")


def check_folder(
    folder: Path, name: str, *, pooled: bool = False
) -> tuple[dict[str, Any], Task, dict[str, Announced]]:
    """The configuration and task of the model in `folder`, and what its weight files announce.

    A model that is `pooled` is a sentence encoder, whatever head it has.

    Raises ExplainerError where the folder lacks a part, holds another kind of model, or has
    weight files that are not whole; `name` is the model's in messages.
    """
    config = read_config(folder, name)
    if config.get("model_type") is not None:
        check_config(config, name, pooled=pooled)
    _check_adapter(folder, name)
    header = announced(weight_files(folder, name), name)
    check_config(config, name, tuple(header), pooled=pooled)
    if not any((folder / tokenizer).is_file() for tokenizer in TOKENIZERS):
        raise ExplainerError(
            f"The model {quote(name)} has no tokenizer ({' or '.join(TOKENIZERS)}): save the "
            "tokenizer in the same folder."
        )
    task: Task | None = "similarity" if pooled else task_of(config)
    task = task or _task_by_weights(config["model_type"], header, name)
    check_own(config, task, name)
    return config, task, header


def weight_files(folder: Path, name: str) -> tuple[Path, ...]:
    """The safetensors files of the model in `folder`, whole or in shards."""
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS,)
    if (folder / WEIGHTS_INDEX).is_file():
        return _shards(folder, name)
    if any(path for pattern in PICKLES for path in folder.glob(pattern)):
        raise ExplainerError(
            f"The model {quote(name)} has only pickled weights, which can run code when opened: "
            "convert them with save_pretrained, which writes model.safetensors."
        )
    raise ExplainerError(
        f"The model {quote(name)} has no {WEIGHTS}: give the folder of a model saved by "
        "save_pretrained."
    )


def _check_adapter(folder: Path, name: str) -> None:
    if (folder / "adapter_config.json").is_file():
        raise ExplainerError(
            f"The model {quote(name)} is an adapter on top of another model: merge it into that "
            "model and save the whole."
        )


def _shards(folder: Path, name: str) -> tuple[Path, ...]:
    try:
        listed = json.loads((folder / WEIGHTS_INDEX).read_text(encoding="utf-8"))["weight_map"]
        files = sorted({str(file) for file in listed.values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExplainerError(
            f"The {WEIGHTS_INDEX} of the model {quote(name)} cannot be read: save or download "
            "the model again."
        ) from error
    for file in files:
        if Path(file).name != file or not is_plain(folder / file):
            raise ExplainerError(
                f"The model {quote(name)} has no weight file {quote(file)}, which its "
                f"{WEIGHTS_INDEX} names: save or download the model again."
            )
    return tuple(folder / file for file in files)


def _task_by_weights(kind: str, names: Collection[str], name: str) -> Task:
    """The task of a model whose configuration names no architecture, by the head it holds."""
    family = ARCHITECTURES[kind]
    only = tuple(head for head in family.masked_lm_head if head not in family.classification_head)
    if any(weight.startswith(only) for weight in names):
        return "masked-lm"
    if "classifier.weight" in names and _has_one_head_for_all(family):
        raise ExplainerError(
            f"The config.json of the model {quote(name)} names no architectures, and its weights "
            "have the same names for classes, tags and answers: set architectures to "
            f"[{_names_of_heads(family)}], whichever it was trained as."
        )
    if "qa_outputs.weight" in names:
        return "question-answering"
    if "classifier.weight" in names and not any(map(_is_behind_a_class, names)):
        return "tagging"  # a last layer alone, which every token goes through
    if any(weight.startswith("classifier.") for weight in names):
        return "classification"
    raise headless(f"The model {quote(name)} has no head, but {wanted(kind)} is needed")


def _is_behind_a_class(weight: str) -> bool:
    """Whether a weight is of what a classifier of texts has before its last layer."""
    return weight.startswith(("classifier.dense.", "pre_classifier.")) or "pooler." in weight


def _has_one_head_for_all(family: Architecture) -> bool:
    """Whether what leads to the last layer has the same names for every task, as in ModernBERT."""
    return not {*family.masked_lm_head}.isdisjoint(family.classification_head)


def _names_of_heads(family: Architecture) -> str:
    """The classes with a last layer of so many outputs, as config.json has their names."""
    heads = (family.classification, family.tagging, family.question_answering)
    *some, last = (f'"{head.__name__}"' for head in heads)
    return "], [".join(some) + f"] or [{last}"
