"""Load a checked folder: weights and tokenizer → Model, or why they do not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoTokenizer
from transformers.utils import logging

from explainer.errors import ExplainerError
from explainer.models.architectures import ARCHITECTURES
from explainer.models.checks import WEIGHTS, Task, check_folder, read_config
from explainer.models.model import Model
from explainer.models.update import merge
from explainer.pattern import ModelInfo
from explainer.quote import quote

Precision = Literal["float32", "float64"]
HEADS = (
    *(prefix for family in ARCHITECTURES.values() for prefix in family.masked_lm_head),
    *("cls.", "classifier.", "pre_classifier.", "bert.pooler."),
)
SPECIAL = ("cls", "sep", "mask", "pad", "unk")
MAX_NAMED = 3
LONGEST_LABEL = 100

# transformers' verbosity belongs to the whole process: one load at a time may change it.
_quiet_lock = Lock()


def load_folder(folder: Path, name: str, *, dtype: Precision = "float32") -> Model:
    """The model saved in `folder`, to be called `name`; frozen and in evaluation mode.

    Raises ExplainerError for a folder that holds no whole BERT with head and tokenizer.
    """
    _check_precision(dtype)
    task = check_folder(folder, name)
    family = ARCHITECTURES[read_config(folder, name)["model_type"]]
    network_class = family.masked_lm if task == "masked-lm" else family.classification
    with _quiet():
        network = _network(folder, name, network_class, getattr(torch, dtype))
        tokenizer = _tokenizer(folder, name)
    return _model(name, task, network, tokenizer)


def load_update(base: Path, folder: Path, name: str, *, dtype: Precision = "float32") -> Model:
    """The classifier stored in `folder` as an update of the model in `base`, merged.

    Both folders come with the project, so only a damaged copy can fail here.
    """
    _check_precision(dtype)
    precision = getattr(torch, dtype)
    encoder = {
        key: weight
        for key, weight in load_file(base / WEIGHTS).items()
        if key.startswith(("bert.embeddings.", "bert.encoder."))
    }
    merged = merge(encoder, load_file(folder / WEIGHTS), precision)
    family = ARCHITECTURES["bert"]
    with _quiet():
        config = family.classification.config_class.from_pretrained(folder)
        network = family.classification._from_config(
            config, attn_implementation="eager", dtype=precision
        )
        network.load_state_dict(merged)
        tokenizer = _tokenizer(base, name)
    return _model(name, "classification", network.eval().requires_grad_(False), tokenizer)


def _model(name: str, task: Task, network: Any, tokenizer: Any) -> Model:
    config = network.config
    _check_finite(network, name)
    _check_tokenizer(tokenizer, config.vocab_size, name)
    adapter = ARCHITECTURES[config.model_type].adapt(network)
    return Model(
        info=ModelInfo(
            name=name,
            task=task,
            layers=config.num_hidden_layers,
            heads=config.num_attention_heads,
            d_model=config.hidden_size,
            head=_head(config) if task == "classification" else "choice",
        ),
        labels=_labels(config) if task == "classification" else (),
        max_tokens=len(adapter.embedding.added),
        mask_id=tokenizer.mask_token_id,
        pad_id=tokenizer.pad_token_id,
        known_ids=_known_ids(tokenizer, config.vocab_size),
        tokenizer=tokenizer,
        network=network,
        adapter=adapter,
    )


def _check_precision(dtype: str) -> None:
    if dtype not in get_args(Precision):
        raise ExplainerError(
            f"The precision {quote(str(dtype))} is not known: choose float32 or float64."
        )


def _network(folder: Path, name: str, network_class: type[Any], dtype: torch.dtype) -> Any:
    try:
        network, report = network_class.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            # Asked for so that every misfit is reported, and then refused here.
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    except Exception as error:
        # Whatever a broken file makes the library raise, the person can only mend the file.
        raise ExplainerError(
            f"The model {quote(name)} cannot be built from its config.json and weights "
            f"({_first_line(error)}): save or download it again."
        ) from error
    _check_complete(report, type(network).__name__, name)
    return network.eval().requires_grad_(False)


def _tokenizer(folder: Path, name: str) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        # As above: a damaged tokenizer file can raise anything.
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} cannot be read "
            f"({_first_line(error)}): save or download it again."
        ) from error
    if not getattr(tokenizer, "is_fast", False):
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} does not tell which characters a token "
            "stands for: save a fast one (tokenizer.json)."
        )
    # A saved file may pad or cut every text; what is explained is the text as typed.
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    return tokenizer


def _check_tokenizer(tokenizer: Any, vocabulary: int, name: str) -> None:
    lacking = [kind for kind in SPECIAL if getattr(tokenizer, f"{kind}_token_id") is None]
    if lacking:
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} has no {lacking[0]} token: save the one "
            "that the model was trained with."
        )
    backend = tokenizer.backend_tokenizer
    largest = max(backend.get_vocab().values())
    if largest >= vocabulary:
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} numbers {largest + 1:,} tokens but the "
            f"model knows {vocabulary:,}: save the one that the model was trained with."
        )
    framed = backend.encode(tokenizer.mask_token).ids
    if framed != [tokenizer.cls_token_id, tokenizer.mask_token_id, tokenizer.sep_token_id]:
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} does not put {tokenizer.cls_token} and "
            f"{tokenizer.sep_token} around a text: save the one that the model was trained with."
        )


def _check_complete(report: dict[str, Any], network: str, name: str) -> None:
    missing = sorted(report["missing_keys"])
    if missing:
        what = "head" if all(key.startswith(HEADS) for key in missing) else "weights"
        raise ExplainerError(
            f"The model {quote(name)} lacks {what} of a {network} ({_named(missing)}), which "
            "would be random: choose a model trained and saved with them."
        )
    if report["mismatched_keys"]:
        key, saved, expected = sorted(report["mismatched_keys"])[0]
        raise ExplainerError(
            f"In the model {quote(name)} the weight {key} has shape {tuple(saved)}, but its "
            f"config.json asks for {tuple(expected)}: save or download the model again."
        )


def _check_finite(network: Any, name: str) -> None:
    broken = [key for key, weight in network.named_parameters() if not weight.isfinite().all()]
    if broken:
        raise ExplainerError(
            f"The model {quote(name)} has weights that are not finite numbers "
            f"({_named(broken)}): save or download it again."
        )


def _known_ids(tokenizer: Any, vocabulary: int) -> Tensor:
    known = torch.zeros(vocabulary, dtype=torch.bool)
    known[list(tokenizer.backend_tokenizer.get_vocab().values())] = True
    return known


def _labels(config: Any) -> tuple[str, ...]:
    """The name of every output; one that the configuration does not name is called by its number.

    An index beyond the outputs (`id2label` from 1, or with gaps) names nothing.
    """
    names = (
        str(config.id2label.get(number, f"LABEL_{number}")) for number in range(config.num_labels)
    )
    return tuple(
        name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL] + "…" for name in names
    )


def _head(config: Any) -> Literal["choice", "labels", "values"]:
    """What a classifier's outputs are, by the configuration's `problem_type`.

    One output has nothing to choose from: transformers trains it as a regression.
    """
    if config.problem_type == "multi_label_classification":
        return "labels"
    if config.problem_type == "regression" or config.num_labels == 1:
        return "values"
    return "choice"


def _named(keys: list[str]) -> str:
    more = f" and {len(keys) - MAX_NAMED} more" if len(keys) > MAX_NAMED else ""
    return ", ".join(keys[:MAX_NAMED]) + more


def _first_line(error: Exception) -> str:
    line = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return line if len(line) <= 200 else line[:200] + "…"


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
