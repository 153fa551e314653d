"""Fetch a model of the Hugging Face Hub into its local cache; only files that hold no code."""

from __future__ import annotations

from pathlib import Path

from httpx2 import HTTPError
from huggingface_hub import CacheNotFound, scan_cache_dir, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from explainer.errors import ExplainerError
from explainer.models.checks import TOKENIZERS, WEIGHTS, WEIGHTS_INDEX, check_config, read_config
from explainer.quote import quote

CONFIG_FILES = ["config.json"]
FILES = [
    *CONFIG_FILES,
    *TOKENIZERS,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    WEIGHTS,
    WEIGHTS_INDEX,
    "model-*-of-*.safetensors",
]


def download(hub_id: str) -> Path:
    """The local folder of a model of the Hub, downloaded on first use.

    The configuration comes first, so that a model which cannot be explained costs no download.
    Raises ExplainerError where the Hub has no such model, refuses it or cannot be reached.
    """
    check_config(read_config(_fetch(hub_id, CONFIG_FILES), hub_id), hub_id)
    return _fetch(hub_id, FILES)


def cached_folders() -> dict[str, Path]:
    """The models already in the Hub's local cache: hub id → folder."""
    try:
        repos = scan_cache_dir().repos
    except (CacheNotFound, OSError):
        return {}
    return {
        repo.repo_id: repo.refs["main"].snapshot_path
        for repo in sorted(repos, key=lambda repo: repo.repo_id)
        if repo.repo_type == "model" and "main" in repo.refs
    }


def _fetch(hub_id: str, files: list[str]) -> Path:
    try:
        return Path(snapshot_download(hub_id, allow_patterns=files))
    except GatedRepoError as error:
        raise ExplainerError(
            f"The model {quote(hub_id)} asks its users to accept its terms: accept them on "
            "huggingface.co and sign in with 'hf auth login'."
        ) from error
    except RepositoryNotFoundError as error:
        raise ExplainerError(
            f"The Hugging Face Hub has no public model {quote(hub_id)}: check the spelling, or "
            "sign in with 'hf auth login' if it is private."
        ) from error
    except LocalEntryNotFoundError as error:
        raise ExplainerError(
            f"The model {quote(hub_id)} is neither on this machine nor can the Hugging Face Hub "
            "be reached: check the name or connect to the network."
        ) from error
    except HFValidationError as error:
        raise ExplainerError(
            f"{quote(hub_id)} is not a possible name of a model: give a folder or a hub id such "
            "as google-bert/bert-base-uncased."
        ) from error
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise ExplainerError(
            f"The model {quote(hub_id)} could not be downloaded ({type(error).__name__}): check "
            "the network and the free disk space, and try again."
        ) from error
