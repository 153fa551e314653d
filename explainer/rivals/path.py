"""What every rival method returns for one source word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explainer.results.pattern import Component

Reduce = Literal["max", "mean"]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """L + 1 positions from the word to the target; L components, None where not told apart.

    `score` is the method's own: a product of attention, a flow, a sum of logits.
    """

    nodes: tuple[int, ...]
    components: tuple[Component, ...] | None
    score: float


def edge_weights(attention: Array, *, residual: bool, reduce: Reduce) -> Array:
    """Weight [L, to, from] of each step, from attention [L, head, to, from].

    Over the heads the largest or the mean; with `residual`, half of it and half of staying.
    """
    weights = attention.max(axis=1) if reduce == "max" else attention.mean(axis=1)
    if residual:
        weights = 0.5 * weights + 0.5 * np.eye(weights.shape[-1])
    return weights
