"""What the cards of the built-in models say of their licence and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import ModelCard

from explainer.base.assets import MODELS
from explainer.models.registry import BUILT_IN


@dataclass(frozen=True)
class Card:
    """The model card in `file`: its licence, as an SPDX name, and the model that it began from."""

    name: str
    licence: str
    base: str
    file: Path


def cards() -> tuple[Card, ...]:
    """The cards of the built-in models that are installed."""
    files = {name: MODELS / name / "README.md" for name in BUILT_IN}
    facts = {name: ModelCard.load(file).data for name, file in files.items() if file.is_file()}
    return tuple(
        Card(name, said["license"], said["base_model"], files[name]) for name, said in facts.items()
    )
