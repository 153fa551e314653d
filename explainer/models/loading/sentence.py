"""What a folder of sentence-transformers says beside its encoder: how it pools, and what it reads.

`modules.json` lists the modules in their order: Transformer, Pooling (by the mean, or [CLS]), then
any number of Dense (identity or tanh) and Normalize. Anything else is refused by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError, HeadlessError
from explainer.base.files import is_plain
from explainer.base.quote import quote, shown
from explainer.models.loading.weights import read_weights
from explainer.models.pooling import MODES, Dense, Mode, Pooling

MODULES = "modules.json"
SETTINGS = "config_sentence_transformers.json"
COMPARES = "similarity_fn_name"
LIMITS = tuple(
    f"sentence_{kind}_config.json"
    for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta")
)
"""Where the longest text stands, by the kinds of encoder that once had a file of their own."""
WEIGHTS = "model.safetensors"
CONFIG_BYTES = 1_000_000
PREFIX = "pooling_mode_"
NAMED = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max"}
FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
ACTIVATIONS = {"Identity": False, "Tanh": True}


@dataclass(frozen=True, eq=False)
class SentenceParts:
    """A sentence encoder: the folder of its `transformer`, its pooling, and the longest text.

    `lower_case` says that texts are put in lower case before the tokenizer, `sha256` tells the
    layers behind the pooling from others.
    """

    transformer: Path
    pooling: Pooling
    longest: int | None = None
    lower_case: bool = False
    sha256: tuple[str, ...] = ()


def is_sentence_encoder(folder: Path) -> bool:
    """Whether the folder is one of sentence-transformers."""
    return is_plain(folder / MODULES)


def sentence_parts(folder: Path, name: str, pooling: Mode | None) -> SentenceParts | None:
    """The parts of the sentence encoder in `folder`, or None where it is no such model.

    A caller's `pooling` makes a sentence encoder of any encoder, and of a folder that does not say
    how it pools; where the folder says its own it must be the same. Raises ExplainerError for what
    cannot be explained, naming it.
    """
    if pooling is not None and pooling not in MODES:
        raise ExplainerError(f"The pooling is {shown(pooling)}: give 'mean' or 'cls'.")
    if not is_sentence_encoder(folder):
        return None if pooling is None else SentenceParts(folder, Pooling(pooling))
    parts = _read(folder, name, pooling)
    if pooling is not None and pooling != parts.pooling.mode:
        raise ExplainerError(
            f"The model {quote(name)} pools by {quote(parts.pooling.mode)}, and the pooling "
            f"{quote(pooling)} was given: leave it out."
        )
    return parts


def check_reading(parts: SentenceParts, tokenizer: Any, width: int, name: str) -> None:
    """Refuse a sentence encoder that would read texts otherwise, or whose layers do not fit."""
    backend = tokenizer.backend_tokenizer
    if parts.lower_case and backend.encode("Ab CD").ids != backend.encode("ab cd").ids:
        raise ExplainerError(
            f"The model {quote(name)} puts texts in lower case before its tokenizer "
            "(do_lower_case), which does not do it itself: save a tokenizer that does."
        )
    for layer in parts.pooling.layers:
        if layer.W.shape[1] != width:
            raise ExplainerError(
                f"The model {quote(name)} has a Dense layer for the width {layer.W.shape[1]:,}, "
                f"but what comes to it has {width:,}: save the model again."
            )
        width = layer.W.shape[0]


def _read(folder: Path, name: str, given: Mode | None) -> SentenceParts:
    modules = [_module(folder, entry, name) for entry in _listed(folder / MODULES, name)]
    kinds = [kind for kind, _ in modules]
    after = set(kinds[2:])
    if kinds[:2] != ["Transformer", "Pooling"] or not after <= {"Dense", "Normalize"}:
        raise ExplainerError(
            f"The model {quote(name)} consists of {', '.join(kinds)} by its {MODULES}, but "
            "only Transformer, Pooling, Dense and Normalize can be explained, in this order: "
            "choose another model."
        )
    settings = _object(folder / SETTINGS, name)
    if settings.get("default_prompt_name") is not None:
        raise ExplainerError(
            f"The model {quote(name)} puts a prompt before every text (default_prompt_name in its "
            f"{SETTINGS}), which is not built: choose another model."
        )
    transformer = modules[0][1]
    limits: dict[str, Any] = {}
    for file in LIMITS:
        limits = limits or _object(transformer / file, name)
    layers, sums = [], []
    for kind, place in modules[2:]:
        if kind == "Dense":
            layer, checksum = _dense(place, name)
            layers.append(layer)
            sums.append(checksum)
    return SentenceParts(
        transformer,
        Pooling(
            _mode(modules[1][1], name) or given or _unsaid(name),
            tuple(layers),
            _compares(settings, normalised=kinds[-1] == "Normalize"),
        ),
        _longest(limits.get("max_seq_length"), name),
        bool(limits.get("do_lower_case")),
        tuple(sums),
    )


def _compares(settings: dict[str, Any], *, normalised: bool) -> str | None:
    """How embeddings are compared, where another number than their cosine comes of it."""
    chosen = settings.get(COMPARES)
    same = ("cosine", "dot", "dot_score") if normalised else ("cosine",)
    return None if chosen is None or chosen in same else str(chosen)


def _listed(path: Path, name: str) -> list[Any]:
    found = _json(path, name)
    if not isinstance(found, list) or not found:
        raise ExplainerError(
            f"The {path.name} of the model {quote(name)} lists no modules: save or download the "
            "model again."
        )
    return found


def _module(folder: Path, entry: Any, name: str) -> tuple[str, Path]:
    """The kind of a module, and its folder."""
    kind = entry.get("type") if isinstance(entry, dict) else None
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or not isinstance(path, str):
        raise ExplainerError(
            f"The {MODULES} of the model {quote(name)} does not give every module a type and a "
            "path: save or download the model again."
        )
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts or "\\" in path:
        raise ExplainerError(
            f"The {MODULES} of the model {quote(name)} leads out of its folder ({quote(path)}): "
            "choose another model."
        )
    package, _, module = kind.rpartition(".")
    if package.split(".")[0] != "sentence_transformers":
        raise ExplainerError(
            f"The model {quote(name)} has a module of its own code ({quote(kind)}), which is never "
            "run: choose a model that needs none."
        )
    return module, folder / inside


def _mode(place: Path, name: str) -> Mode | None:
    """How a module pools, by the form of today ("pooling_mode") or the older one; None where
    neither says it."""
    config = _object(place / "config.json", name)
    chosen = config.get("pooling_mode")
    if chosen is None:
        on = [key.removeprefix(PREFIX) for key, v in config.items() if v is True and PREFIX in key]
        chosen = "+".join(NAMED.get(key, key) for key in on)
    for mode in MODES:
        if chosen == mode:
            return mode
    if not chosen:
        return None
    raise ExplainerError(
        f"The model {quote(name)} pools by {quote(str(chosen))}, but only the mean of all tokens "
        "or [CLS] alone can be explained: choose another model."
    )


def _unsaid(name: str) -> NoReturn:
    came = f"The folder of the sentence encoder {quote(name)} does not say how it pools"
    raise HeadlessError(
        f"{came}: say it (pooling='mean' or 'cls', on the command line --pooling).",
        on_page=f"{came}: choose how one embedding of a text is made.",
    )


def _longest(value: Any, name: str) -> int | None:
    if value is None or (type(value) is int and value >= 3):
        return value
    raise ExplainerError(
        f"The model {quote(name)} has the max_seq_length {quote(str(value))}: give a whole number "
        "of tokens from 3, or leave it out."
    )


def _dense(place: Path, name: str) -> tuple[Dense, str]:
    activation = str(_object(place / "config.json", name).get("activation_function", ""))
    chosen = activation.rpartition(".")[2]
    if chosen not in ACTIVATIONS:
        raise ExplainerError(
            f"The model {quote(name)} has a Dense layer with the activation {quote(activation)}, "
            "but only Tanh and Identity can be explained: choose another model."
        )
    if not is_plain(place / WEIGHTS):
        raise ExplainerError(
            f"The Dense layer of the model {quote(name)} has no {WEIGHTS}: save the model again."
        )
    read = read_weights([place / WEIGHTS], name)
    W, b = read.tensors.get("linear.weight"), read.tensors.get("linear.bias")
    if not _fits(W, b):
        raise ExplainerError(
            f"The Dense layer of the model {quote(name)} has other weights than linear.weight and "
            "linear.bias of one width: save the model again."
        )
    assert W is not None
    return Dense(W, b, ACTIVATIONS[chosen]), read.sha256


def _fits(W: Tensor | None, b: Tensor | None) -> bool:
    if W is None or W.dim() != 2 or W.dtype not in FLOATS or not W.isfinite().all():
        return False
    return b is None or (b.shape == W.shape[:1] and bool(b.isfinite().all()))


def _object(path: Path, name: str) -> dict[str, Any]:
    """A file's JSON object; empty where there is no such file."""
    if not is_plain(path):
        return {}
    found = _json(path, name)
    if not isinstance(found, dict):
        raise ExplainerError(
            f"The {path.name} of the model {quote(name)} is not a JSON object: save or download "
            "the model again."
        )
    return found


def _json(path: Path, name: str) -> Any:
    try:
        if path.stat().st_size > CONFIG_BYTES:
            raise ValueError("it is too long")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ExplainerError(
            f"The {path.name} of the model {quote(name)} cannot be read: save or download the "
            "model again."
        ) from error
