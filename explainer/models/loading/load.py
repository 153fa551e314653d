"""Load a model folder: configuration, weights and tokenizer → Model, or why they do not fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from transformers.utils import logging

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.architectures import ARCHITECTURES
from explainer.models.forward import against_overflow
from explainer.models.loading.build import NAMED, announced_by, fill, named, plan
from explainer.models.loading.checks import WEIGHTS, check_folder, weight_files
from explainer.models.loading.config import read_config
from explainer.models.loading.probe import probe
from explainer.models.loading.sentence import SentenceParts, check_reading, sentence_parts
from explainer.models.loading.tokenizer import check_tokenizer, known_ids, load_tokenizer
from explainer.models.loading.update import merge
from explainer.models.loading.weights import read_weights
from explainer.models.model import Model
from explainer.models.pooling import Mode
from explainer.results.model_info import Head, ModelInfo, Task

Precision = Literal["float32", "float64"]
LONGEST_LABEL = 100
HEADS: dict[Task, Head] = {"similarity": "values"}

# transformers' verbosity belongs to the whole process: one load at a time may change it.
_quiet_lock = Lock()


def load_folder(
    folder: Path,
    name: str,
    *,
    dtype: Precision = "float32",
    checksum: str | None = None,
    pooling: Mode | None = None,
) -> Model:
    """The model saved in `folder`, to be called `name`; frozen and in evaluation mode.

    Its weights must have the SHA-256 `checksum`, if one is given. A folder of sentence-transformers
    is a sentence encoder, and so is any encoder of which the caller says the `pooling`. Raises
    ExplainerError for a folder that holds no whole BERT with head, or pooling, and tokenizer.
    """
    precision = _precision(dtype)
    parts = sentence_parts(folder, name, pooling)
    place = folder if parts is None else parts.transformer
    config, task, header = check_folder(place, name, pooled=parts is not None)
    planned = plan(config, task, header, name)
    weights = read_weights(weight_files(place, name), name, set(planned.names.values()))
    _check_sum(weights.sha256, checksum, name)
    network = fill(planned, weights.tensors, precision)
    with _quiet():
        tokenizer = load_tokenizer(place, network.config, name)
    return _model(name, task, network, tokenizer, parts, weights.sha256)


def load_update(
    base: Path,
    folder: Path,
    name: str,
    *,
    dtype: Precision = "float32",
    checksums: tuple[str | None, str | None] = (None, None),
    shared: tuple[str, ...] = ("bert.embeddings.", "bert.encoder."),
) -> Model:
    """The model stored in `folder` as an update of the one in `base`, merged.

    Of the base come the weights whose names begin as in `shared`; the weights of base and update
    must have the SHA-256 `checksums`, where they are given. Both folders come with the project, so
    only a damaged copy can fail here.
    """
    precision = _precision(dtype)
    whole, update = (read_weights([path / WEIGHTS], name) for path in (base, folder))
    for read, checksum in zip((whole, update), checksums, strict=True):
        _check_sum(read.sha256, checksum, name)
    encoder = {key: weight for key, weight in whole.tensors.items() if key.startswith(shared)}
    merged = merge(encoder, update.tensors, precision)
    parts = sentence_parts(folder, name, None)
    task: Task = "classification" if parts is None else "similarity"
    planned = plan(read_config(folder, name), task, announced_by(merged), name)
    network = fill(planned, merged, precision)
    with _quiet():
        tokenizer = load_tokenizer(base, network.config, name)
    return _model(name, task, network, tokenizer, parts, whole.sha256, update.sha256)


def _model(
    name: str, task: Task, network: Any, tokenizer: Any, parts: SentenceParts | None, *read: str
) -> Model:
    config = network.config
    _check_finite(network, name)
    check_tokenizer(tokenizer, config.vocab_size, name)
    adapter = ARCHITECTURES[config.model_type].adapt(network)
    probe(network, adapter, tokenizer, name)
    longest = len(adapter.embedding.added)
    if parts is not None:
        check_reading(parts, tokenizer, config.hidden_size, name)
        longest = min(longest, parts.longest or longest)
        read = (*read, parts.pooling.mode, *parts.sha256)
    return Model(
        info=ModelInfo(
            name=name,
            task=task,
            layers=config.num_hidden_layers,
            heads=config.num_attention_heads,
            d_model=config.hidden_size,
            head=_head(config) if task == "classification" else HEADS.get(task, "choice"),
        ),
        labels=_labels(config) if task in NAMED else (),
        max_tokens=longest,
        mask_id=tokenizer.mask_token_id,
        pad_id=tokenizer.pad_token_id,
        known_ids=known_ids(tokenizer, config.vocab_size),
        fingerprint=_fingerprint(config, tokenizer, str(adapter.dtype), *read),
        tokenizer=tokenizer,
        network=network,
        adapter=adapter,
        pooling=None if parts is None else parts.pooling,
    )


def _fingerprint(config: Any, tokenizer: Any, *read: str) -> str:
    """What tells a model from every other: weights, configuration, tokenizer and precision."""
    parts = (*read, config.to_json_string(use_diff=False), tokenizer.backend_tokenizer.to_str())
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _check_sum(found: str, expected: str | None, name: str) -> None:
    if expected is not None and found != expected:
        raise ExplainerError(
            f"The weights of the built-in model {quote(name)} are not those it was published "
            "with: fetch the project's files again."
        )


def _precision(dtype: str) -> torch.dtype:
    if dtype not in get_args(Precision):
        raise ExplainerError(
            f"The precision {quote(str(dtype))} is not known: choose float32 or float64."
        )
    precision: torch.dtype = getattr(torch, dtype)
    return precision


def _check_finite(network: Any, name: str) -> None:
    broken = [key for key, weight in network.named_parameters() if not _is_finite(weight)]
    if broken:
        # What is too large for float32 was a number in the file; what is no number was none there.
        parameters = dict(network.named_parameters())
        overflow = not any(parameters[key].isnan().any() for key in broken)
        mend = against_overflow(network.dtype) if overflow else "save or download it again"
        raise ExplainerError(
            f"The model {quote(name)} has weights that are not finite numbers ({named(broken)}): "
            f"{mend}."
        )


def _is_finite(weight: Tensor) -> bool:
    # A sum is several times faster, and finite only if all of it is; one that overflows is none.
    return bool(weight.sum().isfinite()) or bool(weight.isfinite().all())


def _labels(config: Any) -> tuple[str, ...]:
    """The name of every output; one that the configuration does not name is called by its number.

    An index beyond the outputs (`id2label` from 1, or with gaps) names nothing.
    """
    names = (
        _written(config.id2label.get(number, f"LABEL_{number}"))
        for number in range(config.num_labels)
    )
    return tuple(
        name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL] + "…" for name in names
    )


def _written(name: object) -> str:
    """A name that a terminal and a file can take: what is no character is shown as a question."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in ("Cc", "Cs")
        else character
        for character in str(name)
    )


def _head(config: Any) -> Head:
    """What a classifier's outputs are, by the configuration's `problem_type`.

    One output has nothing to choose from: transformers trains it as a regression.
    """
    if config.problem_type == "multi_label_classification":
        return "labels"
    if config.problem_type == "regression" or config.num_labels == 1:
        return "values"
    return "choice"


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence transformers' reports and progress bars, and give its settings back."""

    def silent(factory: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return factory(*args, **{**kwargs, "disable": True})

    with _quiet_lock:
        verbosity, hook = logging.get_verbosity(), logging.set_tqdm_hook(silent)
        logging.set_verbosity_error()
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            logging.set_tqdm_hook(hook)
