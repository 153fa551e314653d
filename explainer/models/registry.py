"""What can be loaded by name: built-in models, local folders and models of the Hub."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from explainer.base.assets import MODELS
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote, shown
from explainer.models.loading.checks import weight_files
from explainer.models.loading.config import check_config, read_config, task_of
from explainer.models.loading.device import given_device, moved
from explainer.models.loading.hub import cached_folders, download
from explainer.models.loading.load import Precision, load_folder, load_update
from explainer.models.loading.offer import Offer, offered
from explainer.models.loading.sentence import is_sentence_encoder
from explainer.models.model import Model
from explainer.models.pooling import Mode
from explainer.models.presets import PRESETS, Kind, Listing

CHECKSUMS = MODELS / "checksums.json"


@dataclass(frozen=True)
class BuiltIn:
    """A model that comes with the project, whole or as an update of the built-in `base`.

    Of the base come the weights whose names begin as in `shared`.
    """

    description: str
    base: str | None = None
    licence: str = "Apache-2.0"  # as its card has it
    shared: tuple[str, ...] = ("bert.embeddings.", "bert.encoder.")


BUILT_IN = {
    "agreement": BuiltIn("English masked LM trained on agreement: is/are, himself/themselves …"),
    "sentiment": BuiltIn("Negative or positive film reviews (SST-2)", base="agreement"),
    "similarity": BuiltIn(
        "How near two English sentences are in meaning (after all-MiniLM-L6-v2)",
        base="agreement",
        shared=("bert.embeddings.word_embeddings.",),
    ),
}


def load_model(
    name: str | Path = "agreement",
    *,
    dtype: Precision = "float32",
    device: str = "cpu",
    pooling: Mode | None = None,
) -> Model:
    """The model called `name`: a built-in one, a local folder, or an id on the Hugging Face Hub.

    A `Path` always means a folder. A folder of sentence-transformers says how it makes an embedding
    of a text; of another encoder `pooling` says it: the "mean" of all tokens, or "cls". Only
    safetensors weights are read and no code that comes with a model is run. The model computes on
    `device`, such as "cuda". Raises ExplainerError with the reason and what to do where a model
    cannot be loaded or explained, or the device is not there.
    """
    place = given_device(device)
    return moved(_loaded(name, dtype, pooling), place)


def _loaded(name: str | Path, dtype: Precision, pooling: Mode | None) -> Model:
    folder, shown = _locate(name, pooling)
    built_in = BUILT_IN.get(shown) if folder == MODELS / shown else None
    if built_in is None:
        return load_folder(folder, shown, dtype=dtype, pooling=pooling)
    if pooling is not None:
        raise ExplainerError(
            f"A pooling was given, but {quote(shown)} is built in and has its own head or pooling: "
            "leave it out."
        )
    checksums = json.loads(CHECKSUMS.read_text(encoding="utf-8"))
    if base := built_in.base:
        published = (checksums.get(base, ""), checksums.get(shown, ""))
        return load_update(
            MODELS / base,
            folder,
            shown,
            dtype=dtype,
            checksums=published,
            shared=built_in.shared,
        )
    return load_folder(folder, shown, dtype=dtype, checksum=checksums.get(shown, ""))


def available_models() -> tuple[Listing, ...]:
    """The built-in models, those in the Hub's local cache, and presets to download.

    Where EXPLAINER_MODELS says what may be loaded, the built-in ones and those in its folders.
    """
    offer = offered()
    listings = [
        replace(
            _listing(name, "built-in", MODELS / name, BUILT_IN[name].description),
            licence=BUILT_IN[name].licence,
        )
        for name in _built_in()
    ]
    listings += _folder_listings(offer)
    if offer.any:
        cached = _cached_listings()
        here = {listing.name for listing in cached}
        listings += cached
        listings += [preset for preset in PRESETS if preset.name not in here]
    return tuple(listings)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locate(name: str | Path, pooling: Mode | None = None) -> tuple[Path, str]:
    """The folder of the model that `name` asks for, and the name to show for it."""
    if isinstance(name, Path):
        name = str(name.expanduser().absolute())
    if not isinstance(name, str) or not name.strip():
        raise ExplainerError(f"No model is named by {shown(name)}: choose one of {_choices()}.")
    name = name.strip()
    if name in BUILT_IN:
        if name not in _built_in():  # and the Hub's model of that name is another one
            raise ExplainerError(
                f"The built-in model {quote(name)} did not come with this installation: install "
                "the package again, or give the folder of a model of your own."
            )
        return MODELS / name, name
    offer = offered()
    if not offer.any:
        return _offered_folder(offer, name)
    folder = _folder(name)
    if folder is not None:
        return folder, folder.resolve().name
    if _looks_like_path(name):
        raise ExplainerError(
            f"There is no model folder {quote(name)}: check the path, or choose one of "
            f"{_choices()}."
        )
    try:
        return download(name, pooled=pooling is not None), name
    except ExplainerError as error:
        if "/" in name:
            raise
        # A single word is a misspelt built-in name more often than one of the Hub's few.
        raise ExplainerError(
            f"{str(error).rstrip('.')}; the built-in models are {_choices()}."
        ) from error


def _built_in() -> tuple[str, ...]:
    return tuple(name for name in BUILT_IN if (MODELS / name / "config.json").is_file())


def _choices() -> str:
    return ", ".join(_built_in()) or "your own folders (no built-in model is installed)"


def _offered_folder(offer: Offer, name: str) -> tuple[Path, str]:
    """An allowed folder and its name; what is refused is refused in the same words, so that nobody
    learns what else lies on this machine."""
    folder = offer.place(name)
    if folder is None:
        more = ", or a model folder of the list" if offer.folders else ""
        raise ExplainerError(
            f"The model {quote(name)} is not offered here: choose one of {_choices()}{more}."
        )
    return folder, folder.name


def _folder(name: str) -> Path | None:
    """`name` as an existing folder, or None; a file is refused here, where the reason is known."""
    try:
        path = Path(name).expanduser()
        if path.is_file():
            raise ExplainerError(
                f"{quote(name)} is a file: give the folder that holds config.json, the weights "
                "and the tokenizer."
            )
        return path if path.is_dir() else None
    except (OSError, RuntimeError):  # a name too long for a path, or an unknown ~user
        return None


def _looks_like_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1


def _folder_listings(offer: Offer) -> list[Listing]:
    listings = []
    for folder in offer.listed():
        name = str(folder)
        try:
            pooled = is_sentence_encoder(folder)
            check_config(read_config(folder, name), name, pooled=pooled)
            listings.append(_listing(name, "folder", folder, "A folder of this server"))
        except ExplainerError:
            continue  # what cannot be explained is refused with the reason by who asks for it
    return listings


def _cached_listings() -> list[Listing]:
    listings = []
    for name, folder in cached_folders().items():
        try:
            pooled = is_sentence_encoder(folder)
            check_config(read_config(folder, name), name, pooled=pooled)
            listings.append(_listing(name, "cached", folder, "Already downloaded"))
        except ExplainerError:
            continue  # the cache serves other programs too; what cannot be explained is not ours
    return listings


def _listing(name: str, kind: Kind, folder: Path, description: str) -> Listing:
    config = read_config(folder, name)
    # DistilBERT names its sizes in its own way.
    layers, heads, width = (
        config.get(long, config.get(short))
        for long, short in (
            ("num_hidden_layers", "n_layers"),
            ("num_attention_heads", "n_heads"),
            ("hidden_size", "dim"),
        )
    )
    megabytes = sum(path.stat().st_size for path in weight_files(folder, name)) / 1e6
    size = f"{layers} layers × {heads} heads × {width}"
    task = "similarity" if is_sentence_encoder(folder) else task_of(config) or ""
    return Listing(name, kind, task, f"{size}, {megabytes:.0f} MB", description)
