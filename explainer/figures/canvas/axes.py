"""A plot area in px with a value axis below and another one, or named rows, at the left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Item, Label, Line
from explainer.figures.canvas.text import SMALL

TICKS = 5
TICK_ROOM = 46.0
"""px between ticks at least, so that their labels do not touch."""
LEAST_REACH = 0.1
"""Differences smaller than this are not blown up to the whole figure."""


@dataclass(frozen=True)
class Range:
    """Values `low` … `high` that lie at `start` … `end` px."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value, in px; what is outside lies at the nearer end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values inside, about `TICKS` of them, or fewer where there is little room."""
        count = min(TICKS, max(1.0, abs(self.end - self.start) / TICK_ROOM))
        step = _round((self.high - self.low) / count)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


@dataclass(frozen=True)
class Roots(Range):
    """Values as far from 0 as their square roots, so that many small ones stand apart."""

    def at(self, value: float) -> float:
        """The place of a value, in px; what is outside lies at the nearer end."""
        low, high, here = (root(of) for of in (self.low, self.high, value))
        return Range(low, high, self.start, self.end).at(here)

    def ticks(self) -> list[float]:
        """0 and both ends, and between them round values where there is room."""
        most = max(-self.low, self.high)
        chosen = [value for value in (0.0, self.high, self.low) if value]
        chosen.insert(0, 0.0)
        power = 10.0 ** math.floor(math.log10(most))
        for size in (factor * power / 10**down for down in range(4) for factor in (5, 2, 1)):
            for value in (size, -size):
                if self.low < value < self.high and self._apart(value, chosen):
                    chosen.append(value)
        return sorted(chosen)

    def _apart(self, value: float, others: list[float]) -> bool:
        return all(abs(self.at(value) - self.at(other)) >= TICK_ROOM for other in others)


def root(value: float) -> float:
    """The square root of its size, with its sign."""
    return math.copysign(math.sqrt(abs(value)), value)


def root_reach(values: list[float]) -> Roots:
    """As `reach`, each end round by itself: little room is needed for what is a little below 0."""
    found = reach(values)
    low, high = min([*values, 0.0]), max([*values, 0.0])
    if high - low < LEAST_REACH:
        return Roots(found.low, found.high, 0.0, 0.0)
    return Roots(-_round(-low) if low else 0.0, _round(high) if high else 0.0, 0.0, 0.0)


def _round(value: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return min(factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9))


def reach(values: list[float], *, zero: bool = True, most: float | None = None) -> Range:
    """A range in px still to be placed, round at both ends, that holds all of `values`.

    `zero` is inside too; `most` is an upper end that is not passed.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < LEAST_REACH:
        low, high = low - LEAST_REACH / 2, high + LEAST_REACH / 2
    step = _round((high - low) / TICKS)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Range(low, min(high, most) if most is not None else high, 0.0, 0.0)


def value_axis(
    x: Range, top: float, bottom: float, title: str, percent: bool, colours: Palette
) -> Iterator[Item]:
    """Grid lines with their values below, and what they are."""
    for value in x.ticks():
        strong = abs(value) < 1e-12
        line = colours.muted if strong else rgba(colours.faint, 0.5)
        yield Line(x.at(value), top, x.at(value), bottom, line)
        yield Label(x.at(value), bottom + 13, tick(value, percent), colours.muted, SMALL)
    yield Label((x.start + x.end) / 2, bottom + 32, title, colours.muted, SMALL)


def side_axis(
    y: Range, left: float, right: float, percent: bool, colours: Palette
) -> Iterator[Item]:
    """Level grid lines with their values at the left."""
    for value in y.ticks():
        line = colours.muted if abs(value) < 1e-12 else rgba(colours.faint, 0.5)
        yield Line(left, y.at(value), right, y.at(value), line)
        label = tick(value, percent)
        yield Label(left - 8, y.at(value), label, colours.muted, SMALL, "end")


def tick(value: float, percent: bool) -> str:
    """A round value as it stands at an axis."""
    shown = 100 * value if percent else value
    written = f"{shown:.6g}".replace("-", "−")
    return f"{written} %" if percent else written
