"""Fetch a model of the Hugging Face Hub into its local cache; only files that hold no code."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from httpx2 import HTTPError, Request
from huggingface_hub import (
    CacheNotFound,
    constants,
    get_repo_discussions,
    get_session,
    scan_cache_dir,
    snapshot_download,
)
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.loading.checks import TOKENIZERS, WEIGHTS, WEIGHTS_INDEX
from explainer.models.loading.config import check_config, read_config
from explainer.models.loading.sentence import LIMITS, MODULES, SETTINGS, is_sentence_encoder

SILENCE = 10.0
"""Seconds that the Hub may say nothing: connecting, or between two parts of an answer."""
CONVERTER, CONVERSION = "SFconvertbot", "Adding `safetensors` variant of this model"
CONFIG_FILES = ["config.json", MODULES]
FILES = [
    *CONFIG_FILES,
    *TOKENIZERS,
    "tokenizer_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    WEIGHTS,
    WEIGHTS_INDEX,
    "model-*-of-*.safetensors",
    SETTINGS,
    *LIMITS,
    "*_Pooling/config.json",
    *("*_Dense/config.json", f"*_Dense/{WEIGHTS}"),
]


def download(hub_id: str, *, pooled: bool = False) -> Path:
    """The local folder of a model of the Hub, downloaded on first use; `pooled` by the caller.

    The configuration comes first, so that a model which cannot be explained costs no download.
    Older models keep pickled weights alone; of those the Hub's own conversion is taken, which it
    offers as a pull request. Raises ExplainerError where the Hub has no such model or weights,
    refuses them or cannot be reached.
    """
    _bound_silence()
    first = _fetch(hub_id, CONFIG_FILES)
    pooled = pooled or is_sentence_encoder(first)
    check_config(read_config(first, hub_id), hub_id, pooled=pooled)
    folder = _fetch(hub_id, FILES)
    if any((folder / weights).is_file() for weights in (WEIGHTS, WEIGHTS_INDEX)):
        return folder
    with _hub_errors(hub_id):
        revision = _conversion(hub_id)
    if revision is None:
        raise ExplainerError(
            f"The model {quote(hub_id)} has no safetensors weights on the Hub, and pickled ones "
            "can run code when opened: choose another model, or convert it with save_pretrained."
        )
    return _fetch(hub_id, FILES, revision)


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


def _bound_silence() -> None:
    """Requests of the Hub's client that name no timeout, and would wait for ever, get one."""
    client = get_session()
    hooks = client.event_hooks
    if _with_timeout not in hooks["request"]:
        client.event_hooks = {**hooks, "request": [*hooks["request"], _with_timeout]}


def _with_timeout(request: Request) -> None:
    given = request.extensions.get("timeout", {})
    kinds = ("connect", "read", "write", "pool")
    request.extensions["timeout"] = {kind: given.get(kind) or SILENCE for kind in kinds}


def _conversion(hub_id: str) -> str | None:
    """The revision in which the Hub's bot converted a model to safetensors, if it did."""
    for request in get_repo_discussions(hub_id, author=CONVERTER, discussion_type="pull_request"):
        if request.title == CONVERSION and request.status == "open":
            return request.git_reference
    return None


def _fetch(hub_id: str, files: list[str], revision: str | None = None) -> Path:
    with _hub_errors(hub_id):
        return Path(snapshot_download(hub_id, allow_patterns=files, revision=revision))


@contextmanager
def _hub_errors(hub_id: str) -> Iterator[None]:
    """The Hub's refusals and failures as one sentence each."""
    try:
        yield
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
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        if constants.HF_HUB_OFFLINE:
            raise ExplainerError(
                f"The model {quote(hub_id)} is not on this machine, nor can the Hugging Face Hub "
                "be reached, because the environment variable HF_HUB_OFFLINE says so: check the "
                "name, or unset the variable."
            ) from error
        raise ExplainerError(
            f"The model {quote(hub_id)} is neither on this machine nor can the Hugging Face Hub "
            "be reached: check the name or connect to the network."
        ) from error
    except HFValidationError as error:
        raise ExplainerError(
            f"{quote(hub_id)} is not a possible name of a model: give a folder or a hub id such "
            "as google-bert/bert-base-uncased."
        ) from error
    except HfHubHTTPError as error:
        raise ExplainerError(
            f"The Hugging Face Hub refused the model {quote(hub_id)} (HTTP status "
            f"{error.response.status_code}): try again later."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise ExplainerError(
                f"The model {quote(hub_id)} could not be stored ({error.strerror}): make room or "
                f"let {quote(str(constants.HF_HUB_CACHE))} be written."
            ) from error
        raise ExplainerError(_no_network(hub_id, error)) from error
    except HTTPError as error:
        raise ExplainerError(_no_network(hub_id, error)) from error


def _no_network(hub_id: str, error: Exception) -> str:
    return (
        f"The model {quote(hub_id)} could not be downloaded ({type(error).__name__}): check the "
        "network, and try again."
    )
