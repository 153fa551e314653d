"""Total flow as values: how much of all influence each edge and component passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.base.checks import instance
from explainer.base.errors import ExplainerError


@dataclass(frozen=True, eq=False)
class TotalFlow:
    """All influence by the edge and component it passes, in logits (every layer sums to Σ g).

    `skip[l, i]` stays at position i in block l; `heads[l, h, to, from]` moves through head h. The
    latter has the precision of the model, since of long texts it is hundreds of megabytes: whatever
    adds up many of its numbers does so in float64.
    Raises ExplainerError for arrays that do not belong together.
    """

    skip: NDArray[np.float64]
    heads: NDArray[np.floating]

    def __post_init__(self) -> None:
        skip, heads = (
            instance(f"flow's {name}", getattr(self, name), np.ndarray, "an array")
            for name in ("skip", "heads")
        )
        numbers = skip.dtype.kind == heads.dtype.kind == "f"
        if not numbers or skip.ndim != 2 or heads.ndim != 4:
            raise ExplainerError(
                f"The flow has arrays of {skip.ndim} and {heads.ndim} axes: give numbers by block "
                "and position for skip, and by block, head, target and source for the heads."
            )
        layers, n = skip.shape
        self.check_sizes(layers, heads.shape[1], n)

    def check_sizes(self, layers: int, heads: int, n_tokens: int) -> None:
        """Raise ExplainerError where the flow is not one of this model and sentence."""
        shapes = self.skip.shape, self.heads.shape
        if shapes != ((layers, n_tokens), (layers, heads, n_tokens, n_tokens)):
            came = " and ".join(" × ".join(map(str, shape)) for shape in shapes)
            raise ExplainerError(
                f"The flow has {came} numbers: give {layers} × {n_tokens} by skip, and {layers} × "
                f"{heads} × {n_tokens} × {n_tokens} by heads."
            )

    def layer_totals(self) -> NDArray[np.float64]:
        """Flow through each block [L]: conserved, so every entry is Σ g."""
        return np.asarray(self.skip.sum(axis=1) + self.heads.sum(axis=(1, 2, 3), dtype=np.float64))

    def skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the absolute flow of each block [L], as a share of 1 (0 if none)."""
        skip = np.abs(self.skip).sum(axis=1)
        total = skip + np.abs(self.heads).sum(axis=(1, 2, 3), dtype=np.float64)
        return np.divide(skip, total, out=np.zeros_like(total), where=total > 0)

    def signed_skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the signed flow of each block [L]; beyond 0 … 1 where signs oppose."""
        total = self.layer_totals()
        with np.errstate(over="ignore"):  # a sum next to nothing has shares without end
            signed = self.skip.sum(axis=1)
            return np.divide(signed, total, out=np.zeros_like(total), where=total != 0)

    def spread(self) -> float:
        """How far the blocks' totals lie apart by rounding, in logits."""
        return float(np.ptp(self.layer_totals()))

    def strongest_heads(self) -> NDArray[np.intp]:
        """The head of each block [L] through which most flows, whatever its sign."""
        return np.asarray(np.abs(self.heads).sum(axis=(2, 3), dtype=np.float64).argmax(axis=1))

    def by_sign(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What flows through each block [L] for Q and, below 0, against it; they sum to Σ g."""
        for_q, against = np.zeros(len(self.skip)), np.zeros(len(self.skip))
        for part in (self.skip, self.heads):
            flat = part.reshape(len(part), -1)
            for_q += np.clip(flat, 0, None).sum(axis=1, dtype=np.float64)
            against += np.clip(flat, None, 0).sum(axis=1, dtype=np.float64)
        return for_q, against
