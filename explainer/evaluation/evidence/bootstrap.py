"""Means of sentences with the interval that drawing them, or clusters of them, again gives."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RESAMPLES = 1000
CONFIDENCE = 0.95
FEWEST = 10
"""Of fewer than this many, resampling tells next to nothing of the spread."""


@dataclass(frozen=True)
class Estimate:
    """A value and the bounds of its 95 % bootstrap interval.

    The bounds are nan where it rests on fewer than `FEWEST` sentences, or clusters of them.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, resampled: Array, n: int, without: Array | None = None) -> Estimate:
        """Of `n`, from all resamples' values; one without a value says nothing of the spread.

        BCa where the values `without` each cluster are given, else between percentiles.
        """
        known = resampled[np.isfinite(resampled)]
        enough = n >= FEWEST and len(known)
        if not enough:
            return cls(float(value), float("nan"), float("nan"))
        tail = (1 - CONFIDENCE) / 2
        ends = (tail, 1 - tail)
        if without is not None and np.isfinite(without).all():
            ends = _tails(value, known, without)
        low, high = np.quantile(known, ends)
        return cls(float(value), float(low), float(high))


def jackknife(value: float, without: Array) -> Estimate:
    """A mean over samples of sentences, with its interval from the values `without` each of them.

    Drawing sentences again would bring some twice, which makes entropies too low; leaving each out
    does not. The variance is the jackknife's, too large rather than too small (Efron and Stein,
    1981).
    """
    n = len(without)
    if n < FEWEST or not np.isfinite(without).all():
        return Estimate(float(value), float("nan"), float("nan"))
    spread = float(((without - without.mean()) ** 2).sum()) * (n - 1) / n
    reach = -NormalDist().inv_cdf((1 - CONFIDENCE) / 2) * spread**0.5
    return Estimate(float(value), max(float(value) - reach, 0.0), float(value) + reach)


@dataclass(frozen=True, eq=False)
class Resampling:
    """Sentences drawn again: `counts` says how often each one is, `cluster` which it belongs to.

    Sentences of one cluster, such as those about one noun, are drawn together: a thousand of them
    about thirty nouns tell of thirty. Of `counts` [1 + resamples, n] row 0 has every one once.
    """

    counts: Array
    cluster: NDArray[np.intp]


def resampling(
    n: int,
    clusters: Sequence[Hashable] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Resampling:
    """Draw the clusters of `n` sentences, as many as there are; without `clusters` sentences."""
    cluster = np.arange(n)
    if clusters is not None:
        numbers: dict[Hashable, int] = {}
        cluster = np.array([numbers.setdefault(name, len(numbers)) for name in clusters], int)
    m = len(np.unique(cluster))
    rng = np.random.default_rng([seed, m])
    drawn = rng.multinomial(m, np.full(m, 1 / m), size=resamples)[:, cluster]
    return Resampling(np.concatenate([np.ones((1, n)), drawn]).astype(float), cluster)


def ratio(drawn: Resampling, values: Array, whole: Array | None = None) -> Estimate:
    """Σ values / Σ whole over sentences, or the mean of values; `drawn` from `resampling`.

    The interval is bias-corrected and accelerated (BCa; Efron, 1987), its acceleration from the
    values without one cluster each. A sentence whose `whole` is 0 says nothing of the ratio, and
    does not count for the interval.
    """
    weight = np.ones_like(values) if whole is None else whole
    found, without = _ratios(drawn, values, weight)
    known = len(np.unique(drawn.cluster[weight != 0]))
    return Estimate.of(found[0], found[1:], known, without)


def difference(
    drawn: Resampling,
    one: Array,
    other: Array,
    gain: Callable[[Array], Array],
    whole: Array | None = None,
) -> Estimate:
    """By how much `one` is better than `other`, as means of the same sentences, or Σ / Σ `whole`.

    `gain` turns means so that more is better. What is hard in a sentence is so for both, and falls
    out of the difference; so it can be told from 0 where two intervals overlap. BCa as in `ratio`.
    """
    weight = np.ones_like(one) if whole is None else whole
    (mine, without), (its, its_without) = (_ratios(drawn, part, weight) for part in (one, other))
    found = gain(mine) - gain(its)
    clusters = len(np.unique(drawn.cluster[weight != 0]))
    return Estimate.of(found[0], found[1:], clusters, gain(without) - gain(its_without))


def rank_correlations(drawn: Resampling, one: Array, other: Array) -> Array:
    """Spearman's rank correlation of every resample [1 + resamples], as `rank_correlation` has it.

    All at once, from how often each pair is drawn; nan without variation.
    """
    counts = drawn.counts
    ranks = []
    for row in (np.round(part, 12) for part in (one, other)):
        below = counts @ (row[:, None] < row[None, :])
        alike = counts @ (row[:, None] == row[None, :])
        ranks.append(below + (alike + 1) / 2)
    total = counts.sum(axis=1, keepdims=True)
    mine, its = (
        np.where(counts > 0, rank - (counts * rank).sum(axis=1, keepdims=True) / total, 0)
        for rank in ranks
    )
    both, own, theirs = (
        (counts * part).sum(axis=1) for part in (mine * its, mine * mine, its * its)
    )
    return _divided(both, np.sqrt(own * theirs))


def _ratios(drawn: Resampling, values: Array, weight: Array) -> tuple[Array, Array]:
    """Σ values / Σ weight of every resample, and without each cluster."""
    above, below = (np.bincount(drawn.cluster, weights=part) for part in (values, weight))
    return (
        _divided(drawn.counts @ values, drawn.counts @ weight),
        _divided(above.sum() - above, below.sum() - below),
    )


def _divided(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)


def _tails(value: float, resampled: Array, without: Array) -> tuple[float, float]:
    """The shares of the resamples at which a BCa interval ends."""
    normal = NormalDist()
    tail = (1 - CONFIDENCE) / 2
    # Half of those that are equal lie below, and a share of 0 or 1 has no quantile.
    below = np.mean(resampled < value) + np.mean(resampled == value) / 2
    bias = normal.inv_cdf(float(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled))))
    off = without.mean() - without
    spread = float((off**2).sum() ** 1.5)
    bend = 0.0 if spread == 0 else float((off**3).sum()) / (6 * spread)
    ends = [bias + normal.inv_cdf(share) for share in (tail, 1 - tail)]
    low, high = (normal.cdf(bias + end / (1 - bend * end)) for end in ends)
    return low, high
