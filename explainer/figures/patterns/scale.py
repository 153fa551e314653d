"""Round numbers: px per logit on a ladder of few steps, and the key that tells the scale.

Figures of like sentences have the same scale, and where it is another one the key says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from explainer.base.numbers import MANY_DIGITS
from explainer.figures.canvas import wording
from explainer.results.logits import LARGEST
from explainer.results.target import LOGITS, Unit

KEY = 10.0
"""px that the bar of the scale's key is wide, about."""
TALLEST = 1.45
"""A stack's height at most, in rows."""


def ladder(bounds: Sequence[float]) -> float:
    """px per logit: 1, 2 or 5 times a power of ten, the largest that keeps to all bounds."""
    return nice(min(bounds)) if bounds else KEY


def fitting(
    sums: Mapping[tuple[int, int], float],
    rows: Sequence[int | None],
    row_height: float,
    goal: tuple[int, float],
) -> Iterator[float]:
    """Bounds in px per logit with which stacks meet no stack in the row below.

    `sums` has logits by (layer, position); `goal` is the last layer, where all meet and nothing
    stands beside, and the px that they may take there.
    """
    below = dict(pairwise(rows))
    for (layer, position), size in sums.items():
        if not size:
            continue
        if layer == goal[0]:
            yield per_logit(goal[1], size)
            continue
        yield per_logit(TALLEST * row_height, size)
        next_row = below.get(position)
        beside = 0.0 if next_row is None else sums.get((layer, next_row), 0.0)
        if beside:
            yield per_logit(row_height - 1, (size + beside) / 2)


def per_logit(room: float, extent: float) -> float:
    """px per logit where `extent` logits, if any, fill the room; finite however small they are."""
    return min(room / extent, LARGEST) if extent else room


def nice(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(factor * power for factor in (0.5, 1, 2, 5) if factor * power <= value * (1 + 1e-9))


def written(value: float) -> str:
    """A nice number without needless digits."""
    if 0 < abs(value) < 1e-4 or abs(value) >= MANY_DIGITS:
        return f"{value:.0e}".replace("-", "−")
    return f"{value:.6f}".rstrip("0").rstrip(".").replace("-", "−")


def key(scale: float, unit: Unit = LOGITS) -> tuple[float, float, str]:
    """A round number of a unit, the width in px that it has in the graph, and both in words."""
    scale = float(scale)  # also of a Fraction, which has no format of its own
    value = nice(1.2 * KEY / scale)
    if unit != LOGITS:
        said = wording.measured(written(value), unit)
        return value, value * scale, f"{said} ({written(scale)} px per 1)"
    logits = f"{written(value)} {'logit' if value == 1 else 'logits'}"
    return value, value * scale, f"{logits} ({written(scale)} px per logit)"
