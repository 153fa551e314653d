"""Which numbers can be logits."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.base.errors import ExplainerError

LARGEST = 1e100
"""Logits beyond this are no model's, and can be neither added up nor drawn."""


def check_finite(name: str, values: Sequence[float]) -> None:
    """Raise ExplainerError where one of an explanation's numbers cannot be a logit."""
    # Nothing is below a NaN. Spelt so that thousands of numbers take no time to speak of.
    if not all(map(LARGEST.__ge__, map(abs, values))):
        raise ExplainerError(
            f"The explanation's {name} has numbers that are not finite or too large to be logits: "
            "check the model's weights."
        )
