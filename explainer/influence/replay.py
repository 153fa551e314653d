"""The method step by step, for those who want to watch it: Q along the path, and the choices.

Nothing here chooses: these are the numbers that integrated gradients add up and that refinement
chooses from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.influence.sampling.path import quadrature
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.results.settings import Rule


@dataclass(frozen=True)
class Sampled:
    """Influence of every word from some points of the path, and the gap Σ g − (Q(x) − Q(b))."""

    a: tuple[float, ...]
    influence: tuple[float, ...]
    gap: float


@dataclass(frozen=True, eq=False)
class PathCurve:
    """Q at equally spaced points a of the path, from the baseline (a = 0) to the input (a = 1).

    `values` is Q [point], `slopes` [point, pos] what each word adds to dQ/da; all in logits.
    """

    a: NDArray[np.float64]
    values: NDArray[np.float64]
    slopes: NDArray[np.float64]

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of points, 2 or more, that are equally spaced among these."""
        intervals = len(self.a) - 1
        return tuple(n + 1 for n in range(1, intervals + 1) if intervals % n == 0)

    def sampled(self, rule: Rule, points: int) -> Sampled:
        """What `points` of these give, one of `counts`, under `trapezoid` or `riemann`."""
        assert points in self.counts, points
        a, weights = quadrature(rule, points)
        chosen = slice(None, None, (len(self.a) - 1) // (points - 1))
        assert np.allclose(self.a[chosen], a), rule
        influence = weights @ self.slopes[chosen]
        gap = influence.sum() - (self.values[-1] - self.values[0])
        return Sampled(tuple(a.tolist()), tuple(influence.tolist()), float(gap))


def path_curve(trace: Trace) -> PathCurve:
    """Q and its slopes along a trace that was made at equally spaced points, both ends included."""
    a = trace.path.a[:, 0].double().cpu().numpy()
    return PathCurve(
        a, trace.values[:, 0].double().cpu().numpy(), trace.slopes.double().cpu().numpy()
    )


def node_choices(trace: Trace, nodes: Sequence[int]) -> tuple[tuple[float, ...], ...]:
    """What refinement chooses from on the way through `nodes` (L + 1 positions), in Q's unit.

    Row l has the influence of the pattern through nodes 0 … l refined by every token of H[l+1];
    the last row has the targets' alone.
    """
    rows = []
    tangents = Tangents.of_words(trace, nodes[:1])
    for node in nodes[1:]:
        rows.append(tuple(tangents.node_scores()[0].tolist()))
        tangents = tangents.to_nodes([0], trace.index([node]))
    return tuple(rows)
