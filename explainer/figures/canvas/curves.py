"""Curves between two nodes as points in px: level at both ends, ribbons of a true width.

A ribbon's thickness is measured across its own direction, so that a steep edge is as wide as a
level one of the same influence. All ribbons of one bundle share one middle line; two neighbours
therefore share their border exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""[points, 2]: x and y in px, y downwards."""

SAMPLES = 29


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

    def length(self) -> float:
        """Length in px."""
        points, _ = self.at(np.linspace(0, 1, SAMPLES))
        return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def ribbon(
    curve: Curve, start: float, end: float, thickness: float, span: tuple[float, float] = (0, 1)
) -> Points:
    """The outline of a ribbon whose middle lies `start` … `end` px across the curve's.

    `span` cuts it to a part of u.
    """
    (outline,) = ribbon_pieces(curve, start, end, thickness, [span])
    return outline


def ribbon_pieces(
    curve: Curve,
    start: float,
    end: float,
    thickness: float,
    spans: Sequence[tuple[float, float]],
) -> list[Points]:
    """One ribbon cut to several parts of u, all of one length, which is how dashes are made."""
    level = abs(curve.y1 - curve.y0) + abs(end - start) < 0.01
    length = spans[0][1] - spans[0][0]
    count = 2 if level else max(3, round(SAMPLES * length))
    # One call for all spans: numpy's own time is nothing beside that of calling it.
    u = (np.array([span[0] for span in spans])[:, None] + np.linspace(0, length, count)).ravel()
    points, normals = curve.at(u)
    middle = (start + (end - start) * ease(u))[:, None]
    above = (points + normals * (middle - thickness / 2)).reshape(len(spans), count, 2)
    below = (points + normals * (middle + thickness / 2)).reshape(len(spans), count, 2)
    return list(np.concatenate((above, below[:, ::-1]), axis=1))


def pill(x: float, y: float, width: float, height: float) -> Points:
    """The outline of an upright capsule around (x, y)."""
    radius = min(width, height) / 2
    turn = np.linspace(0, np.pi, 9)
    straight = height / 2 - radius
    lower = np.stack((radius * np.cos(turn), straight + radius * np.sin(turn)), axis=1)
    return np.concatenate((lower, -lower)) + np.array((x, y))


def dashes(length: float, thickness: float) -> list[tuple[float, float]]:
    """Spans of u for the dashes of an edge: longer than wide, so that they read as a line.

    The pattern is fitted to the edge's length and begins and ends with half a gap.
    """
    dash = max(6.5, min(34.0, 1.7 * thickness, 0.24 * length))
    gap = min(8.0, max(4.0, 0.45 * thickness), 0.6 * dash)
    count = max(1, round(length / (dash + gap)))
    period = 1 / count
    inset = period * gap / (dash + gap) / 2
    return [(k * period + inset, (k + 1) * period - inset) for k in range(count)]
