"""A model's configuration: read, and everything refused by name that cannot be explained."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import Any

from transformers.activations import ACT2FN

from explainer.base.errors import ExplainerError, HeadlessError
from explainer.base.quote import quote
from explainer.models.architectures import ARCHITECTURES, FAMILY
from explainer.models.loading.headless import encoder_class
from explainer.results.model_info import Task

TASKS: dict[str, Task] = {
    "BertForPreTraining": "masked-lm",
    **{family.masked_lm.__name__: "masked-lm" for family in ARCHITECTURES.values()},
    **{family.classification.__name__: "classification" for family in ARCHITECTURES.values()},
    **{family.tagging.__name__: "tagging" for family in ARCHITECTURES.values()},
    **{f.question_answering.__name__: "question-answering" for f in ARCHITECTURES.values()},
    **{
        encoder_class(family.config_class).__name__: "similarity"
        for family in ARCHITECTURES.values()
    },
}
CONFIG_BYTES = 10_000_000
MAX_SIZE = 10_000_000
"""Far more than any width, depth or vocabulary; the weights then tell whether it is true."""
MAX_DEPTH = 1_000
SWITCHES = (
    ("is_decoder", "makes it a decoder"),
    ("add_cross_attention", "makes it a decoder"),
    ("is_causal", "hides the words that follow"),
    ("pruned_heads", "takes some of its heads away"),
    ("per_layer_config", "makes its layers differ"),
    ("quantization_config", "says that its weights are quantised"),
)
"""What changes the network itself, so that it could not be ignored."""
PROBLEMS = ("regression", "single_label_classification", "multi_label_classification")


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The configuration of the model in `folder`."""
    path, what = folder / "config.json", f"The config.json of the model {quote(name)}"
    none = ExplainerError(
        f"The model {quote(name)} has no config.json: give the folder of a model saved by "
        "save_pretrained."
    )
    try:
        known = path.stat()
        if not S_ISREG(known.st_mode):
            raise none
        if known.st_size > CONFIG_BYTES:
            raise ExplainerError(
                f"{what} is longer than {CONFIG_BYTES / 1e6:.0f} MB: save the model again."
            )
        config = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise none from error
    except OSError as error:  # of a folder that is closed, too
        raise ExplainerError(
            f"{what} cannot be read ({error.strerror}): check that you may read it and that its "
            "disk is there."
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, ExplainerError):
            raise
        raise ExplainerError(
            f"{what} cannot be read as JSON: save or download the model again."
        ) from error
    if not isinstance(config, dict):
        raise ExplainerError(f"{what} is not a JSON object: save or download the model again.")
    return config


def check_config(
    config: dict[str, Any], name: str, weights: tuple[str, ...] = (), *, pooled: bool = False
) -> None:
    """Refuse everything that is not a plain BERT-like encoder with a head that can be explained.

    Where it is `pooled`, as sentence encoders are, a head does not matter. The names of the
    `weights`, where they are known, help to say what kind of model it is.
    """
    kind = config.get("model_type")
    if kind is None:
        raise ExplainerError(_which_kind(config, name, weights))
    if not isinstance(kind, str) or kind not in ARCHITECTURES:
        raise ExplainerError(
            f"The model {quote(name)} is of type {quote(str(kind))}, but only {FAMILY} can be "
            "explained: choose a model of that family."
        )
    _check_plain(config, name)
    architectures = _architectures(config)
    task = "similarity" if pooled else task_of(config)
    if architectures and not pooled and task in (None, "similarity"):
        is_one = f"The model {quote(name)} is a {quote(', '.join(architectures))}"
        raise headless(f"{is_one}, but {wanted(kind)} is needed")
    _check_values(own_names(config), name)
    check_own(config, task, name)


def headless(came: str) -> HeadlessError:
    """The refusal of what has no head, as `came` says, and how it could be used all the same."""
    return HeadlessError(
        f"{came}: choose a model with one, or say how a sentence encoder's embedding is pooled "
        "(pooling='mean' or 'cls', on the command line --pooling).",
        on_page=f"{came}: choose another model, or use this one to compare two texts.",
    )


def check_own(config: dict[str, Any], task: Task | None, name: str) -> None:
    """Refuse what only its architecture knows, for a head of this `task`."""
    complaint = ARCHITECTURES[config["model_type"]].refused(config, task == "classification")
    if complaint:
        raise _refusal(config, name, *complaint)


def task_of(config: dict[str, Any]) -> Task | None:
    """The task that a configuration names, or None if it names none that can be explained."""
    return next((TASKS[a] for a in _architectures(config) if a in TASKS), None)


def wanted(kind: str) -> str:
    """The heads of an architecture that can be explained."""
    family = ARCHITECTURES[kind]
    return (
        f"a head for masked words ({family.masked_lm.__name__}), classes "
        f"({family.classification.__name__}), tags ({family.tagging.__name__}) or answers "
        f"({family.question_answering.__name__})"
    )


def own_names(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the architecture's own names for sizes: DistilBERT has two of each."""
    renamed = dict(config)
    for shared, own in ARCHITECTURES[config["model_type"]].config_class.attribute_map.items():
        if shared in renamed:
            renamed[own] = renamed.pop(shared)
    return renamed


def _architectures(config: dict[str, Any]) -> tuple[str, ...]:
    listed = config.get("architectures")
    return tuple(str(a) for a in listed) if isinstance(listed, list) else ()


def _which_kind(config: dict[str, Any], name: str, weights: tuple[str, ...]) -> str:
    """What to add to a configuration that does not say what kind of model it is."""
    signs = {"architectures": _architectures(config), "weights": weights}
    for what, names in signs.items():
        lower = [text.lower() for text in names]
        kinds = [
            kind
            for kind in ARCHITECTURES
            if any(text.startswith(kind.replace("-", "")) for text in lower)
        ]
        if len(kinds) == 1:
            return (
                f"The config.json of the model {quote(name)} has no model_type: add "
                f'"model_type": "{kinds[0]}", which the names of its {what} speak for.'
            )
    return (
        f"The config.json of the model {quote(name)} has no model_type: add the one it was trained "
        f"as, of {', '.join(ARCHITECTURES)}."
    )


def _check_plain(config: dict[str, Any], name: str) -> None:
    for field, does in SWITCHES:
        if config.get(field):
            raise ExplainerError(
                f"In the config.json of the model {quote(name)} {field} {does}, but only whole "
                "encoders as they were trained can be explained: choose another model."
            )
    position = config.get("position_embedding_type") or "absolute"
    if position != "absolute":
        raise ExplainerError(
            f"The model {quote(name)} has {quote(str(position))} position embeddings, but only "
            "absolute ones can be explained: choose another model."
        )
    code = config.get("auto_map")
    if isinstance(code, dict) and any(str(key).startswith("AutoModel") for key in code):
        raise ExplainerError(
            f"The model {quote(name)} comes with code of its own (auto_map in its config.json), "
            "which is never run: choose a model that needs none."
        )


def _check_values(config: dict[str, Any], name: str) -> None:
    """Refuse sizes and choices with which no such network can be built."""
    family = ARCHITECTURES[config["model_type"]]

    refuse = partial(_refusal, config, name)
    for field in family.only:
        if config.get(field, 1) != 1 or isinstance(config.get(field), bool):
            raise refuse(field, "1, for nothing else can be explained, or choose another model")
    for field in family.sizes:
        fewest = family.fewest.get(field, 1)
        # Where blocks are shared no weights tell how many there are.
        most = MAX_DEPTH if family.depth is not None and field == family.sizes[0] else MAX_SIZE
        if field in config and not _is_whole(config[field], fewest, most):
            raise refuse(field, f"a whole number from {fewest} to {most:,}")
    _, heads, width = (
        config.get(field, getattr(family.config_class, field)) for field in family.sizes[:3]
    )
    if width % heads:
        raise refuse(family.sizes[1], f"a number of heads that divides the width {width:,}")
    for field in (family.activation, *(f for f in family.own if f.endswith(("activation", "act")))):
        act = config.get(field)
        if field in config and not (isinstance(act, str) and act in ACT2FN):
            raise refuse(field, "an activation that transformers knows, such as 'gelu'")
    if family.eps is not None:
        eps = config.get(family.eps, 0.0)
        if not (_is_number(eps) and 0 <= eps <= 1):
            raise refuse(family.eps, "a number from 0 to 1")
    if config.get("tie_word_embeddings") not in (True, False, None):
        raise refuse("tie_word_embeddings", "true or false")
    if config.get("problem_type") not in (*PROBLEMS, None):
        raise refuse("problem_type", f"one of {', '.join(PROBLEMS)}, or leave it out")
    if family.pads_positions:
        pad = config.get("pad_token_id", family.config_class.pad_token_id)
        positions, words = (
            config.get(field, getattr(family.config_class, field))
            for field in ("max_position_embeddings", "vocab_size")
        )
        if not _is_whole(pad, 0, min(positions - 4, words - 1)):
            raise refuse(
                "pad_token_id",
                f"the padding token's id, after which its {positions:,} positions are counted "
                "(usually 1)",
            )


def _refusal(config: dict[str, Any], name: str, field: str, expected: str) -> ExplainerError:
    came = quote(str(config.get(field)))
    return ExplainerError(
        f"In the config.json of the model {quote(name)} {field} is {came}: give {expected}."
    )


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _is_number(value: object) -> bool:
    """Whether it is a finite number; a whole one of hundreds of digits is none."""
    try:
        return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)
    except OverflowError:
        return False
