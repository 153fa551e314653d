"""A network from its configuration and its weights: planned by names and shapes, then filled.

The plan is made from the headers of the weight files alone, on torch's device without memory, so
that nothing is allocated because a configuration says so. Every weight of the network must be in
the files with its shape, and every weight of the files must have its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, quote
from explainer.models.architectures import ARCHITECTURES, Architecture
from explainer.models.loading.config import own_names
from explainer.models.loading.headless import Headless
from explainer.models.loading.weights import DTYPES, Announced
from explainer.results.model_info import Task

OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}
SAME = {
    "cls.predictions.decoder.bias": "cls.predictions.bias",
    "lm_head.decoder.bias": "lm_head.bias",
    "predictions.decoder.bias": "predictions.bias",
}
"""One bias under two names: older files have the second one alone, tied or not."""
NO_WEIGHTS = (
    *("embeddings.position_ids", "embeddings.token_type_ids"),
    "embeddings.position_embeddings.weight",  # of a DeBERTa that does not add them
)
HEAD_LAYERS = {
    "masked-lm": (
        *("cls.predictions", "cls.predictions.decoder", "cls.predictions.transform.dense"),
        *("cls.predictions.transform.LayerNorm", "lm_head", "lm_head.decoder", "lm_head.dense"),
        *("lm_head.layer_norm", "vocab_transform", "vocab_layer_norm", "vocab_projector"),
        *("generator_predictions.dense", "generator_predictions.LayerNorm", "generator_lm_head"),
        *("lm_predictions.lm_head", "lm_predictions.lm_head.dense"),
        "lm_predictions.lm_head.LayerNorm",
        *("head.dense", "head.norm", "decoder", "predictions", "predictions.dense"),
        *("predictions.LayerNorm", "predictions.decoder"),
    ),
    "classification": (
        *("classifier", "classifier.dense", "classifier.out_proj", "pre_classifier"),
        "pooler.dense",
    ),
}
"""Where each kind of head, and the others below, have a weight and a bias; exactly these names, for
an adapter may hide under them."""
OTHER_LAYERS = (
    *("cls.seq_relationship", "discriminator_predictions.dense", "qa_outputs", "loss_fct"),
    *("discriminator_predictions.dense_prediction", "sop_classifier.classifier"),
    *("mask_predictions.dense", "mask_predictions.LayerNorm", "mask_predictions.classifier"),
)
OF_ENCODER = (
    *("embeddings.", "encoder.", "transformer.", "pooler.", "embeddings_project."),
    *("layers.", "final_norm."),
)
"""How names begin in files that were saved from the encoder itself."""
POOLERS = ("pooler.dense", "pooler")
FLOATS = ("F64", "F32", "F16", "BF16")
MAX_NAMED = 3
NAMED: tuple[Task, ...] = ("classification", "tagging")
"""Tasks whose outputs have names of their own."""
LONGEST_KEY = 100
MAX_LABELS = 100_000


@dataclass(frozen=True, eq=False)
class Plan:
    """A network on the device without memory, and the name in the files of each of its weights."""

    network: Any
    names: Mapping[str, str]


def plan(config: dict[str, Any], task: Task, header: Mapping[str, Announced], name: str) -> Plan:
    """How the weights announced by `header` make the network that `config` describes.

    Raises ExplainerError where they do not, naming what is missing, of another shape or left over.
    """
    family = ARCHITECTURES[config["model_type"]]
    places = _places(family, header, name)
    config = config | family.told(config, places)
    _check_depth(family, config, places, name)
    classes = _classes(config, task, places, header, name)
    made = library_config(config, task, classes, name)
    network_class = Headless if task == "similarity" else family.network_class(task)
    with torch.device("meta"):
        network = network_class(made)
    expected = {key: tuple(weight.shape) for key, weight in network.state_dict().items()}
    _add_shared(places, network, expected)
    _check_left_over(family, task, places.keys() - expected.keys(), name)
    _check_complete(family, expected.keys() - places.keys(), _name_of(network), name)
    for key, shape in expected.items():
        _check_weight(key, shape, header[places[key]], name)
    return Plan(network, {key: places[key] for key in expected})


def fill(plan: Plan, tensors: Mapping[str, Tensor], dtype: torch.dtype) -> Any:
    """The planned network with its weights in `dtype`, frozen and in evaluation mode."""
    network = plan.network
    converted = {name: tensors[name].to(dtype) for name in set(plan.names.values())}
    weights = {key: converted[name] for key, name in plan.names.items()}
    network.load_state_dict(weights, strict=True, assign=True)
    ARCHITECTURES[network.config.model_type].complete(network)
    for key, buffer in list(network.named_buffers()):
        if not buffer.is_meta:
            continue
        # Buffers that are in no file: which position and segment the tokens have by default.
        owner, _, kind = key.rpartition(".")
        count = torch.arange(buffer.shape[-1]) if kind == "position_ids" else None
        zeros = torch.zeros(buffer.shape, dtype=buffer.dtype)
        value = zeros if count is None else count.expand(buffer.shape)
        network.get_submodule(owner).register_buffer(kind, value, persistent=False)
    return network.eval().requires_grad_(False)


def announced_by(tensors: Mapping[str, Tensor]) -> dict[str, Announced]:
    """What a file of these weights would announce."""
    kinds = {dtype: kind for kind, dtype in DTYPES.items()}
    return {
        key: Announced(kinds[weight.dtype], tuple(weight.shape), 0, 0)
        for key, weight in tensors.items()
    }


def library_config(config: dict[str, Any], task: Task, classes: int, name: str) -> Any:
    """The library's object of a configuration that was checked, for a head of `classes`.

    Only what the architecture computes with is handed on, so that nothing else in it (how outputs
    are wrapped, chunks, caches, dropout) can matter.
    """
    family, own = ARCHITECTURES[config["model_type"]], own_names(config)
    read = {key: own[key] for key in (*family.sizes, *family.own, family.activation) if key in own}
    if family.eps in own:
        read[family.eps] = float(own[family.eps])
    if "pad_token_id" in own and family.pads_positions:
        read["pad_token_id"] = own["pad_token_id"]
    if own.get("tie_word_embeddings") is not None:
        read["tie_word_embeddings"] = bool(own["tie_word_embeddings"])
    made = family.config_class(**read, **dict.fromkeys(family.without))
    made._attn_implementation = "eager"  # the one that computes attention in the open
    if isinstance(chosen := config.get("tokenizer_class"), str):
        made.tokenizer_class = chosen
    if task in NAMED:
        names = _names_of_classes(config, name)
        made.id2label = {number: names.get(number, f"LABEL_{number}") for number in range(classes)}
        made.problem_type = own.get("problem_type")
    return made


def named(keys: list[str]) -> str:
    """The first of `keys`, and how many more there are."""
    return listed(keys, MAX_NAMED, LONGEST_KEY)


def _name_of(network: Any) -> str:
    """Of the library's class."""
    return type(network.base_model if isinstance(network, Headless) else network).__name__


def _places(family: Architecture, header: Mapping[str, Announced], name: str) -> dict[str, str]:
    """The weights' names in the library of today → their names in the files."""
    places: dict[str, str] = {}
    for key in header:
        place = key
        for old, new in OLD_NAMES.items():
            place = place.replace(old, new)
        if place.startswith(OF_ENCODER) and not place.startswith(family.classification_head):
            place = family.prefix + place
        if place in places:
            raise ExplainerError(
                f"The model {quote(name)} has the weight {place} twice ({named([key])} is one of "
                "them): save it again."
            )
        places[place] = key
    return places


def _check_depth(
    family: Architecture, config: dict[str, Any], places: Mapping[str, str], name: str
) -> None:
    field = family.depth or family.sizes[0]
    claimed = own_names(config).get(field, getattr(family.config_class, field))
    pattern = re.compile(rf"{re.escape(family.prefix + family.blocks)}\.(\d{{1,9}})\.")
    found = {int(match[1]) for place in places if (match := pattern.match(place))}
    if not found and places:
        raise ExplainerError(
            f"The weights of the model {quote(name)} have other names ({named(sorted(places))}) "
            f"than those of its kind, which start with {family.prefix}: save it with "
            "save_pretrained, without what was wrapped around it."
        )
    if len(found) != claimed:
        raise ExplainerError(
            f"The config.json of the model {quote(name)} has {field} {claimed:,}, but its weights "
            f"have {len(found):,} layers: correct the number, or save the model again."
        )


def _classes(
    config: dict[str, Any],
    task: Task,
    places: Mapping[str, str],
    header: Mapping[str, Announced],
    name: str,
) -> int:
    """How many classes the head has, by its weights; 2 where there is no such head."""
    keys = [key for key in ("classifier.out_proj.weight", "classifier.weight") if key in places]
    shape = header[places[keys[0]]].shape if keys else ()
    classes = shape[0] if len(shape) == 2 else 2
    if task in NAMED:
        claimed = config.get("num_labels")
        if config.get("id2label") is None and claimed is not None and claimed != classes:
            raise ExplainerError(
                f"The config.json of the model {quote(name)} has num_labels "
                f"{quote(str(claimed))}, but its weights have {classes:,} classes: correct it."
            )
        if not 1 <= classes <= MAX_LABELS:
            raise ExplainerError(
                f"The model {quote(name)} has {classes:,} classes, of which 1 to {MAX_LABELS:,} "
                "can be explained: choose another model."
            )
    return classes


def _names_of_classes(config: dict[str, Any], name: str) -> dict[int, str]:
    listed = config.get("id2label")
    try:
        if listed is None:
            return {}
        if not all(isinstance(label, str | int | float) for label in listed.values()):
            raise ValueError("a name is neither text nor number")
        numbered = {int(number): str(label) for number, label in listed.items()}
        if len(numbered) < len(listed):
            raise ValueError("a number stands there twice")
        return numbered
    except (AttributeError, ValueError) as error:
        raise ExplainerError(
            f"The id2label in the config.json of the model {quote(name)} does not give each class "
            'number a name: write it like {"0": "negative", "1": "positive"}.'
        ) from error


def _add_shared(places: dict[str, str], network: Any, expected: Mapping[str, Any]) -> None:
    """Give weights that are not in the files the place of those that they are the same as."""
    tied = (network.config.tie_word_embeddings and network._tied_weights_keys) or {}
    for one, other in {**SAME, **tied}.items():
        for key, twin in ((one, other), (other, one)):
            if key in expected and key not in places and twin in places:
                places[key] = places[twin]


def _check_left_over(family: Architecture, task: Task, over: set[str], name: str) -> None:
    heads = {"masked-lm": ("classification",), "similarity": tuple(HEAD_LAYERS)}
    unused = [layer for head in heads.get(task, ("masked-lm",)) for layer in HEAD_LAYERS[head]]
    layers = (*unused, *OTHER_LAYERS, *(family.prefix + pooler for pooler in POOLERS))
    harmless = {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    harmless |= {family.prefix + key for key in NO_WEIGHTS}
    strange = sorted(over - harmless)
    if strange:
        raise ExplainerError(
            f"The model {quote(name)} has weights that its config.json gives no place "
            f"({named(strange)}), so it is not the network that it says: choose a model without "
            "them, or merge adapters into it before you save it."
        )


def _check_complete(family: Architecture, lacking: set[str], network: str, name: str) -> None:
    if not lacking:
        return
    heads = (*family.masked_lm_head, *family.classification_head)
    what = "head" if all(key.startswith(heads) for key in lacking) else "weights"
    raise ExplainerError(
        f"The model {quote(name)} lacks {what} of a {network} ({named(sorted(lacking))}), which "
        "would be random: choose a model trained and saved with them."
    )


def _check_weight(key: str, shape: tuple[int, ...], saved: Announced, name: str) -> None:
    if saved.shape != shape:
        raise ExplainerError(
            f"In the model {quote(name)} the weight {key} has shape {saved.shape}, but its "
            f"config.json asks for {shape}: correct the sizes there, or save the model again."
        )
    if saved.dtype not in FLOATS:
        raise ExplainerError(
            f"In the model {quote(name)} the weight {key} has whole numbers ({saved.dtype}), as "
            "quantised models have, but only whole weights can be explained: choose the model it "
            "was made from."
        )
