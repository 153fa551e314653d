"""Load the tokenizer of a model folder, and check that it fits the model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.models.auto.tokenization_auto import tokenizer_class_from_name

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.architectures import ARCHITECTURES

FILES = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "vocab.txt", "merges.txt"),
)
SPECIAL = ("cls", "sep", "mask", "pad", "unk")
TOKENIZER_BYTES = 100_000_000
MAX_REASON = 120
RARE = "a\N{OLD PERSIAN SIGN A}"
"""A text with a character that hardly any vocabulary has."""


def load_tokenizer(folder: Path, config: Any, name: str) -> Any:
    """The tokenizer saved in `folder` for a model of this library's `config`, to read as typed.

    Raises ExplainerError where it cannot be read or does not tell where its tokens come from.
    """
    for path in (folder / file for file in FILES):
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise ExplainerError(
                f"The {path.name} of the model {quote(name)} is no plain file: save the tokenizer "
                "that the model was trained with."
            )
        if path.is_file() and path.stat().st_size > TOKENIZER_BYTES:
            raise ExplainerError(
                f"The {path.name} of the model {quote(name)} is longer than "
                f"{TOKENIZER_BYTES / 1e6:.0f} MB: save the tokenizer that the model was trained "
                "with."
            )
    tokenizer = _read(folder, config, name)
    if not getattr(tokenizer, "is_fast", False):
        raise ExplainerError(_not_fast(name))
    takes_space = ARCHITECTURES[config.model_type].mask_takes_space
    if takes_space and _has_bare_mask(folder, tokenizer):
        # The library's RoBERTa takes the space before a mask into it, and files without a
        # tokenizer.json were made when its class did so by itself.
        mask = AddedToken(str(tokenizer.mask_token), lstrip=True, normalized=False, special=True)
        tokenizer = _read(folder, config, name, mask_token=mask)
    # A saved file may pad or cut every text; what is explained is the text as typed.
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    return tokenizer


def check_tokenizer(tokenizer: Any, vocabulary: int, name: str) -> None:
    """Refuse a tokenizer that is not of a model with `vocabulary` words."""
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
    try:
        framed = backend.encode(tokenizer.mask_token).ids
        backend.encode(RARE)
    except Exception as error:
        # The tokenizers package raises nothing narrower.
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} cannot read a text "
            f"({_reason(error)}): save the one that the model was trained with."
        ) from error
    if framed != [tokenizer.cls_token_id, tokenizer.mask_token_id, tokenizer.sep_token_id]:
        raise ExplainerError(
            f"The tokenizer of the model {quote(name)} does not put {tokenizer.cls_token} and "
            f"{tokenizer.sep_token} around a text: save the one that the model was trained with."
        )


def known_ids(tokenizer: Any, vocabulary: int) -> Tensor:
    """Which rows of a vocabulary of so many have a token [vocabulary]."""
    known = torch.zeros(vocabulary, dtype=torch.bool)
    known[list(tokenizer.backend_tokenizer.get_vocab().values())] = True
    return known


def _read(folder: Path, config: Any, name: str, **changes: Any) -> Any:
    try:
        # Without the checked configuration the library would read the file again, and believe it.
        return AutoTokenizer.from_pretrained(
            folder, config=config, local_files_only=True, trust_remote_code=False, **changes
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A damaged file can raise anything, and a panic of the tokenizers' own is no Exception.
        raise ExplainerError(_unreadable(folder, config, name, error)) from error


def _unreadable(folder: Path, config: Any, name: str, error: BaseException) -> str:
    """Why the tokenizer in `folder` cannot be read, and what would help."""
    what = f"The tokenizer of the model {quote(name)}"
    chosen = _settings(folder / "tokenizer_config.json").get("tokenizer_class") or getattr(
        config, "tokenizer_class", None
    )
    if isinstance(chosen, str):
        found = tokenizer_class_from_name(chosen)
        if found is None:
            return (
                f"{what} is a {quote(chosen)}, which this version of transformers does not have: "
                "correct the tokenizer_class in its tokenizer_config.json, or choose another model."
            )
        if not issubclass(found, PreTrainedTokenizerFast):
            return _not_fast(name)
    if package := re.search(r"(?:need to install|No module named) '?([\w.-]+)", str(error)):
        return f"{what} needs the package {package[1]}: install it with 'pip install {package[1]}'."
    if isinstance(error, OSError) and error.strerror:
        return (
            f"{what} cannot be read ({error.strerror}): check that you may read its files and that "
            "their disk is there."
        )
    return f"{what} cannot be read ({_reason(error)}): save or download it again."


def _reason(error: BaseException) -> str:
    """What an error says, on one short line."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return reason if len(reason) <= MAX_REASON else reason[:MAX_REASON] + "…"


def _not_fast(name: str) -> str:
    return (
        f"The tokenizer of the model {quote(name)} does not tell which characters a token stands "
        "for: save a fast one (tokenizer.json), or choose a model that has one."
    )


def _has_bare_mask(folder: Path, tokenizer: Any) -> bool:
    """Whether no file says how RoBERTa's mask takes spaces, and it takes none."""
    if (folder / "tokenizer.json").is_file() or tokenizer.mask_token_id is None:
        return False
    said = ("tokenizer_config.json", "special_tokens_map.json")
    if any(isinstance(_settings(folder / file).get("mask_token"), dict) for file in said):
        return False
    added = tokenizer.backend_tokenizer.get_added_tokens_decoder()
    return tokenizer.mask_token_id in added and not added[tokenizer.mask_token_id].lstrip


def _settings(path: Path) -> dict[str, Any]:
    """What a file of the tokenizer says; nothing where it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
