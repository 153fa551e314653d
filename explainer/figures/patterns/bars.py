"""Each word's influence g, and inside it what its nodes and its heads and skips carry, as bars."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from explainer.base.numbers import MANY_DIGITS
from explainer.figures.canvas.curves import Points
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label, Line
from explainer.figures.canvas.text import SMALL, width
from explainer.figures.patterns.drawn import Drawn
from explainer.results.explanation import Explanation
from explainer.results.logits import LARGEST
from explainer.results.pattern import Pattern

SHADES = (("g", 0.28, 0.74), ("embedding", 0.60, 0.44), ("attention", 1.0, 0.18))
"""What a bar shows, its opacity and its height as a share of the row's."""
KEY = (
    "influence g of the word",
    "along its nodes, Iₑ",
    "along heads and skips, Iₐ",
)


Values = tuple[float, float, float]


def values(
    explanation: Explanation, patterns: Iterable[Pattern], alone: Iterable[int] = ()
) -> dict[int, Values]:
    """g of every word with one of the patterns, and what they carry of it, I_e and I_a, in logits.

    Words that stand `alone` have influence, but no pattern that was looked for.
    """
    carried: dict[int, tuple[float, float]] = {}
    for p in patterns:
        nodes, parts = carried.get(p.source, (0.0, 0.0))
        carried[p.source] = nodes + p.embedding_influence, parts + p.attention_influence
    found = {word: (explanation.influence[word], *both) for word, both in carried.items()}
    return found | {word: (explanation.influence[word], 0.0, 0.0) for word in alone}


def extent(values_of: dict[int, Values]) -> tuple[float, float]:
    """The lowest and the highest value that the bars show, 0 included, in logits."""
    every = [0.0, *(v for three in values_of.values() for v in three)]
    return min(every), max(every)


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


def draw(drawn: Drawn, frame: Frame) -> list[Item]:
    """Bars left of the graph with an axis, or thin ones below the words where it is narrow."""
    return _beside(drawn, frame) if frame.bars else _below(drawn, frame)


def _beside(drawn: Drawn, frame: Frame) -> list[Item]:
    assert frame.bars is not None
    view = drawn.view
    every = values(drawn.explanation, drawn.listed, drawn.alone)
    low, high = view.beside.reach if view.beside else extent(every)
    reach = per_logit(frame.bars[1] - frame.bars[0], high - low)
    zero = frame.bars[0] - low * reach
    items: list[Item] = []
    for source, three in every.items():
        if source not in frame.rows:
            continue
        y = frame.rows[source]
        for value, (_, opacity, part) in zip(three, SHADES, strict=True):
            half = min(30.0, frame.row_height * part) / 2
            corners = _box(zero, zero + value * reach, y - half, y + half)
            items.append(Area(corners, _shade(drawn, source, value, opacity)))
    items.append(
        Line(
            zero,
            frame.top - frame.row_height / 2,
            zero,
            frame.bottom + frame.row_height / 2,
            view.colours.muted,
        )
    )
    items += _axis(low, high, zero, reach, frame, view.colours)
    return items


def _axis(
    low: float, high: float, zero: float, reach: float, frame: Frame, colours: Palette
) -> list[Item]:
    assert frame.bars is not None
    y = frame.bottom + frame.row_height / 2 + 12
    colour = colours.muted
    items: list[Item] = [Label(zero, y, "0", colour, SMALL)]
    margin = frame.bars[0] - 10
    for end in (low, high):
        if abs(end) * reach > 24:
            tick = math.copysign(nice(abs(end)), end)
            if abs(tick) * reach > 22:
                said = written(tick)
                x = max(margin + width(said, SMALL) / 2, zero + tick * reach)
                items.append(Label(x, y, said, colour, SMALL))
    centre = (frame.bars[0] + frame.bars[1]) / 2
    items.append(Label(centre, y + 20, "influence (logits)", colour, SMALL))
    return items


def key(frame: Frame, colours: Palette) -> list[Item]:
    """What the three shades of a bar mean, above the bars."""
    if frame.bars is None:
        return []
    items: list[Item] = []
    bottom = frame.top - frame.row_height / 2 - 8
    for line, (name, (_, opacity, _)) in enumerate(zip(KEY, SHADES, strict=True)):
        y = bottom - 16 * (len(KEY) - 1 - line) - 4
        x = frame.bars[0]
        corners = _box(x, x + 14, y - 5, y + 5)
        items.append(Area(corners, rgba(colours.positive, opacity)))
        items.append(Label(x + 20, y, name, colours.muted, SMALL, "start"))
    return items


def _below(drawn: Drawn, frame: Frame) -> list[Item]:
    view = drawn.view
    every = values(drawn.explanation, drawn.listed, drawn.alone)
    low, high = view.beside.reach if view.beside else extent(every)
    reach = per_logit(frame.label_room, max(-low, high))
    items: list[Item] = []
    for source, (g, nodes, parts) in every.items():
        if source not in frame.rows:
            continue
        top = frame.rows[source] + 7.5
        carried = nodes if view.level == "embedding" else parts
        for value, opacity in ((g, 0.32), (carried, 1.0)):
            length = min(abs(value) * reach, frame.label_room)
            corners = _box(frame.labels - length, frame.labels, top, top + 3)
            items.append(Area(corners, _shade(drawn, source, value, opacity)))
    return items


def _shade(drawn: Drawn, source: int, value: float, opacity: float) -> str:
    strength = 1.0 if source in drawn.leading else 0.3
    return rgba(drawn.view.colours.sign(value), opacity * strength)


def _box(x0: float, x1: float, y0: float, y1: float) -> Points:
    left, right = min(x0, x1), max(x0, x1)
    return np.array([(left, y0), (right, y0), (right, y1), (left, y1)])
