"""Which model a name stands for at this moment: a folder that has changed is a new model.

A few looks at the file system, no file is read and nothing is asked of the network.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.file_download import repo_folder_name

from explainer.models import registry
from explainer.models.loading.checks import TOKENIZERS, WEIGHTS, WEIGHTS_INDEX
from explainer.models.loading.offer import offered
from explainer.models.loading.sentence import LIMITS, MODULES, SETTINGS

TOKENIZER_PARTS = (
    *("tokenizer_config.json", "merges.txt", "special_tokens_map.json", "added_tokens.json"),
)
PARTS = (
    *("config.json", "adapter_config.json", WEIGHTS, WEIGHTS_INDEX, *TOKENIZERS, *TOKENIZER_PARTS),
    *(MODULES, SETTINGS, *LIMITS),
)
MANY = ("*.safetensors", "*_Pooling/config.json", "*_Dense/config.json", f"*_Dense/{WEIGHTS}")
"""Shards, and the modules behind a sentence encoder."""


def normalised(name: str) -> str:
    """The one spelling of a model's name: without spaces around it, a folder by its full path.

    For keys, not for messages; raises nothing, because loading says what is wrong with a name.
    """
    folder = _folder(name)
    return name.strip() if folder is None else str(folder)


def version(name: str) -> str:
    """What tells the model apart from an earlier one of the same name.

    It changes with the path, size or time of the configuration, a weight file or a file of the
    tokenizer; the files of a built-in update's base count too. Empty where there are no files: for
    a model of the Hub that is not downloaded yet, and for what is no model.
    """
    name = name.strip()
    built_in = registry.BUILT_IN.get(name)
    if built_in is not None:
        folders = [registry.MODELS / name]
        if built_in.base is not None:
            folders.append(registry.MODELS / built_in.base)
    elif (folder := _folder(name)) is not None:
        folders = [folder]
    else:
        folders = _snapshots(name)
    stamps = [stamp for folder in folders for stamp in _stamps(folder)]
    return sha256("\n".join(stamps).encode()).hexdigest()[:16] if stamps else ""


def is_local(name: str) -> bool:
    """Whether loading the model asks nothing of the Hub."""
    return name.strip() in registry.BUILT_IN or _folder(name) is not None


def _folder(name: str) -> Path | None:
    """The person's own folder that the name stands for, or None."""
    name = name.strip()
    if not name or name in registry.BUILT_IN:
        return None
    try:
        if not (offer := offered()).any:
            return offer.place(name)
        path = Path(name).expanduser()
        return path.resolve() if path.is_dir() else None
    # Impossible as a path: too long, an unknown ~user; or a setting that loading will refuse.
    except (OSError, RuntimeError, ValueError):
        return None


def _snapshots(hub_id: str) -> list[Path]:
    """The folders of a Hub model's revisions in the local cache; more than one once it changed.

    None where the Hub's models are not offered: nobody learns which were downloaded.
    """
    try:
        if not offered().any:
            return []
        repository = repo_folder_name(repo_id=hub_id, repo_type="model")
        return sorted((Path(constants.HF_HUB_CACHE) / repository / "snapshots").iterdir())
    except (OSError, ValueError):  # not there, no possible name, or a setting that is none
        return []


def _stamps(folder: Path) -> list[str]:
    """Path, size and time of every file that the model in `folder` is made of."""
    stamps = []
    try:
        others = sorted(
            str(path.relative_to(folder)) for many in MANY for path in folder.glob(many)
        )
    except OSError:
        others = []
    for part in dict.fromkeys([*PARTS, *others]):
        path = folder / part
        try:
            known = path.stat()
        except OSError:
            continue
        stamps.append(f"{path}\0{known.st_size}\0{known.st_mtime_ns}\0{known.st_ino}")
    return stamps
