"""What the model says: its most likely words at the mask, or its classes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """One word (masked LM) or class (classifier) with its probability and logit."""

    word: str
    probability: float
    logit: float
