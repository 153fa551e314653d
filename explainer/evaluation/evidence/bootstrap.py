"""Means of sentences with the interval that resampling the sentences gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RESAMPLES = 1000
CONFIDENCE = 0.95
FEWEST = 10
"""Of fewer than this many, resampling tells next to nothing of the spread."""


@dataclass(frozen=True)
class Estimate:
    """A value and the bounds of its 95 % interval (percentile bootstrap; Efron, 1979).

    The bounds are nan where it rests on fewer than `FEWEST`.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, resampled: Array, n: int) -> Estimate:
        """Of `n`, from all resamples' values; one without a value says nothing of the spread."""
        tail = (1 - CONFIDENCE) / 2
        known = resampled[np.isfinite(resampled)]
        enough = n >= FEWEST and len(known)
        low, high = np.quantile(known, [tail, 1 - tail]) if enough else (np.nan, np.nan)
        return cls(float(value), float(low), float(high))


def resampling(n: int, *, resamples: int = RESAMPLES, seed: int = 0) -> Array:
    """How often each of `n` sentences is drawn [1 + resamples, n]; in row 0 every one once."""
    rng = np.random.default_rng([seed, n])
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
    return np.concatenate([np.ones((1, n)), drawn]).astype(float)


def ratio(counts: Array, values: Array, whole: Array | None = None) -> Estimate:
    """Σ values / Σ whole over sentences, or the mean of values; `counts` from `resampling`.

    A sentence whose `whole` is 0 says nothing of the ratio, and does not count for the interval.
    """
    below = counts.sum(axis=1) if whole is None else counts @ whole
    above = counts @ values
    found = np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
    n = len(values) if whole is None else int(np.count_nonzero(whole))
    return Estimate.of(found[0], found[1:], n)
