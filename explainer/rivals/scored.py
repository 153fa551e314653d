"""What every rival method returns for one source word: a route, and the method's own score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explainer.results.route import Route

Reduce = Literal["max", "mean"]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class ScoredRoute(Route):
    """A route from the word to the target; its components are None where not told apart.

    `score` is the method's own: a product of attention, a flow, a sum of logits.
    """

    score: float


def edge_weights(attention: Array, *, residual: bool, reduce: Reduce) -> Array:
    """Weight [L, to, from] of each step, from attention [L, head, to, from].

    Over the heads the largest or the mean; with `residual`, half of it and half of staying.
    """
    weights = attention.max(axis=1) if reduce == "max" else attention.mean(axis=1)
    if residual:
        weights = 0.5 * weights + 0.5 * np.eye(weights.shape[-1])
    return weights
