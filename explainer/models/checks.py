"""Check a model folder before anything is computed: what it lacks or is, in one sentence.

Reads the configuration and the headers of the weight files; no weight is loaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open

from explainer.errors import ExplainerError
from explainer.models.architectures import ARCHITECTURES, FAMILY
from explainer.quote import quote

Task = Literal["masked-lm", "classification"]

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json")
TASKS: dict[str, Task] = {
    "BertForPreTraining": "masked-lm",
    **{family.masked_lm.__name__: "masked-lm" for family in ARCHITECTURES.values()},
    **{family.classification.__name__: "classification" for family in ARCHITECTURES.values()},
}
CONFIG_BYTES = 10_000_000


def check_folder(folder: Path, name: str) -> Task:
    """The task of the model in `folder`, called `name` in messages.

    Raises ExplainerError where the folder lacks a part, holds another kind of model, or has
    weight files that are not whole.
    """
    config = read_config(folder, name)
    check_config(config, name)
    _check_adapter(folder, name)
    keys = weight_names(folder, name)
    if not any((folder / tokenizer).is_file() for tokenizer in TOKENIZERS):
        raise ExplainerError(
            f"The model {quote(name)} has no tokenizer ({' or '.join(TOKENIZERS)}): save the "
            "tokenizer in the same folder."
        )
    return task_of(config) or _task_by_weights(config["model_type"], keys, name)


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The configuration of the model in `folder`."""
    path = folder / "config.json"
    if not path.is_file():
        raise ExplainerError(
            f"The model {quote(name)} has no config.json: give the folder of a model saved by "
            "save_pretrained."
        )
    try:
        if path.stat().st_size > CONFIG_BYTES:
            raise ValueError("too long")
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ExplainerError(
            f"The config.json of the model {quote(name)} cannot be read as JSON: save or "
            "download the model again."
        ) from error
    if not isinstance(config, dict):
        raise ExplainerError(
            f"The config.json of the model {quote(name)} is not a JSON object: save or download "
            "the model again."
        )
    return config


def check_config(config: dict[str, Any], name: str) -> None:
    """Refuse everything that is not a plain BERT-like encoder with a head that can be explained."""
    kind = config.get("model_type")
    if kind not in ARCHITECTURES:
        raise ExplainerError(
            f"The model {quote(name)} is of type {quote(str(kind))}, but only {FAMILY} can be "
            "explained: choose a model of that family."
        )
    if config.get("is_decoder") or config.get("add_cross_attention"):
        raise ExplainerError(
            f"The model {quote(name)} is a decoder, but only encoders can be explained: choose "
            "one without is_decoder and add_cross_attention."
        )
    position = config.get("position_embedding_type") or "absolute"
    if position != "absolute":
        raise ExplainerError(
            f"The model {quote(name)} has {quote(str(position))} position embeddings, but only "
            "absolute ones can be explained: choose another model."
        )
    if config.get("quantization_config"):
        raise ExplainerError(
            f"The model {quote(name)} is quantised, but only whole weights can be explained: "
            "choose the model it was made from."
        )
    architectures = _architectures(config)
    if architectures and task_of(config) is None:
        raise ExplainerError(
            f"The model {quote(name)} is a {quote(', '.join(architectures))}, but "
            f"{_wanted(str(kind))} is needed: choose a model with one."
        )


def task_of(config: dict[str, Any]) -> Task | None:
    """The task that a configuration names, or None if it names none that can be explained."""
    return next((TASKS[a] for a in _architectures(config) if a in TASKS), None)


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


def weight_names(folder: Path, name: str) -> frozenset[str]:
    """The names of all weights of the model in `folder`; opening a file checks that it is whole."""
    names: set[str] = set()
    for path in weight_files(folder, name):
        try:
            with safe_open(path, framework="pt") as weights:
                names.update(weights.keys())
        except (SafetensorError, OSError) as error:
            raise ExplainerError(
                f"The weight file {path.name} of the model {quote(name)} is damaged or cut "
                "short: save or download it again."
            ) from error
    return frozenset(names)


def _architectures(config: dict[str, Any]) -> tuple[str, ...]:
    listed = config.get("architectures")
    return tuple(str(a) for a in listed) if isinstance(listed, list) else ()


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
        if Path(file).name != file or not (folder / file).is_file():
            raise ExplainerError(
                f"The model {quote(name)} has no weight file {quote(file)}, which its "
                f"{WEIGHTS_INDEX} names: save or download the model again."
            )
    return tuple(folder / file for file in files)


def _task_by_weights(kind: str, names: frozenset[str], name: str) -> Task:
    """The task of a model whose configuration names no architecture, by the head it holds."""
    if any(weight.startswith(ARCHITECTURES[kind].masked_lm_head) for weight in names):
        return "masked-lm"
    if any(weight.startswith("classifier.") for weight in names):
        return "classification"
    raise ExplainerError(
        f"The model {quote(name)} has no head, but {_wanted(kind)} is needed: choose a model "
        "with one."
    )


def _wanted(kind: str) -> str:
    family = ARCHITECTURES[kind]
    return (
        f"a head for masked words ({family.masked_lm.__name__}) or classes "
        f"({family.classification.__name__})"
    )
