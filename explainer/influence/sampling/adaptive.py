"""As few points as the answer needs, where it needs them.

The integrand is dQ/da, what all words together add to Q's slope, and a word's influence the
integral of its own share. Through the slopes at the points so far runs the smoothest curve, the
natural cubic spline, and its integral stands for theirs. What the exact integral of an interval is
for all words together is known, because Q is computed wherever the slopes are:

    e_i = ∫ spline over [a_i, a_i+1] − (Q(a_i+1) − Q(a_i))

The intervals with the largest |e_i| are halved, several at once, until Σ|e_i| ≤ tolerance ·
|Q(x) − Q(b)|. No point is given up, and errors of other signs do not hide each other: the sum is
never below the completeness gap. A spline is linear in what it runs through, so that its integral
is a sum over points with weights, as that of any other rule (docs/quadrature.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST = 13
"""Points to begin with, equally spaced: with fewer a turn between them may go unseen, with more
some sentences have more than they need (measured: docs/quadrature.md)."""
AHEAD = 0.5
"""So much of the tolerance is aimed at: halves of an interval are not free of error."""
NARROWEST = 2.0**-16
"""An interval that is not halved any more; the next float32 below 1 is 2⁻²⁴ away."""
ULPS = 8
"""Units in the last place of Q that an interval's error is not known better than."""
REDUCED_UNITS = 2
"""The same in rounding units of reduced products, as logits: in bfloat16 errors are off by 0.005 as
a rule and by 0.04 at most, whatever Q is. Without a bound all intervals would be halved in vain."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Adaptive:
    """Adds points to the 13 or fewer that a path begins with, up to `points` in all.

    `unit` is the rounding unit of matrix products that are not in full precision.
    """

    tolerance: float
    points: int
    unit: float = 0.0

    def added(self, a: Array, values: Array, slopes: Array, eps: float) -> Array:
        """The points [point], if any, at which a text is to be sampled beside its `a`.

        `values` is Q and `slopes` dQ/da at `a` [point], in any order; eps is the rounding unit of
        the numbers that they were computed in. Where Q is a vector, both are [point, coordinate],
        and errors are lengths.
        """
        order = np.argsort(a)
        a, values, slopes = a[order], values[order], slopes[order]
        errors = _sizes(integrals(a) @ slopes - np.diff(values, axis=0))
        aim = self.tolerance * _sizes(values[-1:] - values[:1])[0]
        left = errors.sum()
        halved: list[int] = []
        if not left > aim:  # nor where it is no number, which is refused elsewhere
            return np.empty(0)
        rounding = max(ULPS * eps * max(1.0, np.abs(values).max()), REDUCED_UNITS * self.unit)
        worth = (errors > rounding) & (np.diff(a) > NARROWEST)
        for interval in np.argsort(-errors, kind="stable"):
            if len(a) + len(halved) == self.points or (halved and left <= AHEAD * aim):
                break
            if worth[interval]:
                halved.append(int(interval))
                left -= errors[interval]
        return (a[:-1] + a[1:])[sorted(halved)] / 2


def _sizes(numbers: Array) -> Array:
    """|number| of each [point], or the length of each vector [point, coordinate]."""
    return np.abs(numbers) if numbers.ndim == 1 else np.asarray(np.linalg.norm(numbers, axis=1))


def first_points(most: int) -> Array:
    """The points [point] that an adaptive rule begins with, 2 or more, both ends included."""
    return np.linspace(0.0, 1.0, min(FIRST, most))


def weights(a: Array) -> Array:
    """Weights [point] for points in any order: the integral of the spline through values at them.

    They sum to 1. One may be below 0, beside an interval that is much narrower than the next.
    """
    order = np.argsort(a)
    found = np.empty_like(a)
    found[order] = integrals(a[order]).sum(0)
    return found


def integrals(a: Array) -> Array:
    """The integral over every interval, as weights [interval, point] of values at ascending `a`.

    h/2 (y_i + y_i+1) − h³/24 (m_i + m_i+1) with m the spline's second derivatives, which are 0 at
    both ends (de Boor, A Practical Guide to Splines, 1978).
    """
    n, h = len(a), np.diff(a)
    bends, rates = np.eye(n), np.zeros((n, n))
    for i in range(1, n - 1):
        bends[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        rates[i, i - 1 : i + 2] = 6 / h[i - 1], -6 / h[i - 1] - 6 / h[i], 6 / h[i]
    m = np.linalg.solve(bends, rates)
    ends = np.eye(n)[:-1] + np.eye(n)[1:]
    straight, bent = h[:, None] / 2 * ends, h[:, None] ** 3 / 24 * (m[:-1] + m[1:])
    found: Array = straight - bent
    return found
