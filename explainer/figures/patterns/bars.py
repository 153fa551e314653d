"""Each word's influence g as a bar with its number, and how much of it the word's ways carry."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from explainer.base.numbers import percent, short_amount
from explainer.figures.canvas.curves import Points
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import rgba
from explainer.figures.canvas.scene import Area, Item, Label
from explainer.figures.canvas.text import SMALL
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scale import per_logit
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern

WHOLE = 0.32
"""Opacity of all influence, of which the full colour shows what is carried."""
THICK = 11.0
"""px of a bar beside the graph."""
DIM = 0.3
"""Opacity, times its usual one, of a word that the selection does not mean."""

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


def draw(drawn: Drawn, frame: Frame) -> list[Item]:
    """Bars left of the words with their numbers, or thin ones below the words where it is narrow.

    All begin at one edge: the colour and the number tell the sign.
    """
    view = drawn.view
    every = values(drawn.explanation, drawn.listed, drawn.alone)
    low, high = view.beside.reach if view.beside else extent(every)
    room = frame.label_room if frame.bars is None else frame.bars[1] - frame.bars[0]
    reach = per_logit(room, max(-low, high))
    items: list[Item] = []
    for source, (g, nodes, parts) in every.items():
        if source not in frame.rows:
            continue
        carried = nodes if view.level == "embedding" else parts
        for value, opacity in ((g, WHOLE), (carried, 1.0)):
            length = min(abs(value) * reach, room)
            strength = 1.0 if source in drawn.leading else DIM
            fill = rgba(view.colours.sign(value), opacity * strength)
            items.append(Area(_bar(frame, source, length), fill))
    return items + _numbers(drawn, every, frame, reach) + _heads(drawn, frame)


def _bar(frame: Frame, source: int, length: float) -> Points:
    """The corners of a bar: from the left beside the graph, from the right below a word."""
    y = frame.rows[source]
    if frame.bars is None:
        return _box(frame.labels - length, frame.labels, y + 7.5, y + 10.5)
    return _box(frame.bars[0], frame.bars[0] + length, y - THICK / 2, y + THICK / 2)


def _numbers(drawn: Drawn, every: dict[int, Values], frame: Frame, reach: float) -> list[Item]:
    """The influence behind each bar, and before the ribbon the share that the ways carry."""
    colours, level = drawn.view.colours, drawn.view.level
    ways = {p.source for p in drawn.patterns}
    items: list[Item] = []
    for source, (g, nodes, parts) in every.items():
        if source not in frame.rows:
            continue
        y, carried = frame.rows[source], nodes if level == "embedding" else parts
        if frame.bars is not None:
            longest = max(abs(g), abs(carried)) * reach
            end = frame.bars[0] + min(longest, frame.bars[1] - frame.bars[0])
            items.append(Label(end + 5, y, short_amount(g), colours.muted, SMALL, "start"))
        if frame.share is not None and source in ways and g:
            said = _share(carried / g)
            items.append(Label(frame.share, y, said, colours.muted, SMALL, "end"))
    return items


def _share(share: float) -> str:
    """A share in per cent; a word of hardly any influence may have ways that carry far more."""
    if abs(share) >= 10:
        return ">999 %" if share > 0 else "<−999 %"
    return percent(share)


def _heads(drawn: Drawn, frame: Frame) -> list[Item]:
    """What stands in the columns of numbers."""
    colour, y = drawn.view.colours.muted, frame.names[0]
    items: list[Item] = []
    if frame.bars is not None:
        items.append(Label(frame.bars[0], y, "influence (logits)", colour, SMALL, "start"))
    if frame.share is not None and drawn.patterns:
        items.append(Label(frame.share, y, "carried", colour, SMALL, "end"))
    return items


def _box(x0: float, x1: float, y0: float, y1: float) -> Points:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
