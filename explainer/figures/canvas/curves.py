"""Curves between two nodes as points in px: level at both ends, ribbons of a true width.

A ribbon's thickness is measured across its own direction, so that a steep edge is as wide as a
level one of the same influence. All ribbons of one bundle share one middle line; two neighbours
therefore share their border exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""[points, 2]: x and y in px, y downwards."""

SAMPLES = 25
LEVEL_SAMPLES = 11
"""Points along a level ribbon that thins, or grows."""
SEEN = 0.3
"""px by which it does so at least, to be seen."""


def ease(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A rise from 0 to 1 over u in 0 … 1 with no slope and no curvature at either end."""
    return u * u * u * (u * (6 * u - 15) + 10)


@dataclass(frozen=True)
class Curve:
    """The middle line of a bundle from (x0, y0) to (x1, y1)."""

    x0: float
    y0: float
    x1: float
    y1: float

    def at(self, u: NDArray[np.float64]) -> tuple[Points, Points]:
        """Points and unit normals (pointing down on a level curve) at u in 0 … 1."""
        rise = self.y1 - self.y0
        run = self.x1 - self.x0
        points = np.stack((self.x0 + run * u, self.y0 + rise * ease(u)), axis=1)
        slope = rise * 30 * u * u * (u - 1) ** 2
        normals = np.stack((-slope, np.full_like(u, run)), axis=1)
        return points, normals / np.linalg.norm(normals, axis=1, keepdims=True)

    def point(self, u: float) -> tuple[float, float]:
        """The point at u."""
        ((x, y),) = self.points((u,))
        return x, y

    def points(self, u: Sequence[float], across: float = 0.0) -> list[tuple[float, float]]:
        """The points at several u, moved `across` px along the normals."""
        points, normals = self.at(np.array(u))
        return [(x, y) for x, y in (points + across * normals).tolist()]


def ribbon(
    curve: Curve,
    start: float,
    end: float,
    thickness: float | tuple[float, float],
    span: tuple[float, float] = (0, 1),
    least: float = 0.0,
) -> Points:
    """The outline of a ribbon whose middle lies `start` … `end` px across the curve's.

    `thickness` in px is one, or one at each end, and then signed: between two signs it falls to
    nothing, or to `least`, and grows again. `span` cuts the ribbon to a part of u.
    """
    first, last = thickness if isinstance(thickness, tuple) else (thickness, thickness)
    level = abs(curve.y1 - curve.y0) + abs(end - start) < 0.01
    length = span[1] - span[0]
    samples = SAMPLES if not level else 2 if abs(first - last) < SEEN else LEVEL_SAMPLES
    u = np.linspace(*span, max(2, math.ceil(samples * length)))
    points, normals = curve.at(u)
    eased = ease(u)
    middle = (start + (end - start) * eased)[:, None]
    half = np.maximum(least, np.abs(first + (last - first) * eased))[:, None] / 2
    above = points + normals * (middle - half)
    below = points + normals * (middle + half)
    return np.concatenate((above, below[::-1]))


def crossing(first: float, last: float) -> float:
    """The u at which a value that goes from one sign to the other is 0."""
    u = np.linspace(0, 1, 513)
    return float(np.interp(first / (first - last), ease(u), u))


def pill(x: float, y: float, width: float, height: float) -> Points:
    """The outline of a capsule around (x, y), upright or lying."""
    return rounded(x, y, width, height, min(width, height) / 2)


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Points:
    """The outline of a rectangle around (x, y) with round corners."""
    radius = min(radius, width / 2, height / 2)
    turn = np.linspace(0, np.pi / 2, 6)
    corner = radius * np.stack((np.cos(turn), np.sin(turn)), axis=1)
    across, down = width / 2 - radius, height / 2 - radius
    quarter = corner + np.array((across, down))
    mirrored = (quarter * (-1, 1))[::-1]
    lower = np.concatenate((quarter, mirrored))
    return np.concatenate((lower, -lower)) + np.array((x, y))
