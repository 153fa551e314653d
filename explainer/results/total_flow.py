"""Total flow as values: how much of all influence each edge and component passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TotalFlow:
    """All influence by the edge and component it passes, in logits (every layer sums to Σ g).

    `skip[l, i]` stays at position i in block l; `heads[l, h, to, from]` moves through head h.
    """

    skip: NDArray[np.float64]
    heads: NDArray[np.float64]

    def layer_totals(self) -> NDArray[np.float64]:
        """Flow through each block [L]: conserved, so every entry is Σ g."""
        return np.asarray(self.skip.sum(axis=1) + self.heads.sum(axis=(1, 2, 3)))

    def skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the absolute flow of each block [L], as a share of 1 (0 if none)."""
        skip = np.abs(self.skip).sum(axis=1)
        total = skip + np.abs(self.heads).sum(axis=(1, 2, 3))
        return np.divide(skip, total, out=np.zeros_like(total), where=total > 0)

    def signed_skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the signed flow of each block [L]; beyond 0 … 1 where signs oppose."""
        total = self.layer_totals()
        with np.errstate(over="ignore"):  # a sum next to nothing has shares without end
            signed = self.skip.sum(axis=1)
            return np.divide(signed, total, out=np.zeros_like(total), where=total != 0)
