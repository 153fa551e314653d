"""Each word's influence g as a bar with its number, and how much of it the word's ways carry.

With the scores of another method the bars are those, by themselves: how much the ways carry is a
share of g, and stands with the ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from explainer.base.numbers import percent, short_amount
from explainer.figures.canvas.curves import Points
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import rgba
from explainer.figures.canvas.scene import Area, Item, Label
from explainer.figures.canvas.text import SMALL, shorten, width
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scale import per_logit
from explainer.figures.patterns.view import View
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern

WHOLE = 0.32
"""Opacity of all influence, of which the full colour shows what is carried."""
THICK = 11.0
"""px of a bar beside the graph."""
RAISED = 5.0
"""px that a word stands higher where its number and bar are below it."""
BELOW = 8.5
"""px from a row's middle to the number and the bar below its word."""
THIN = 5.0
"""px of a bar below a word."""
TINY = 11.0
"""Size of a number below a word, px."""
SCORED = 0.6
"""Opacity of the scores of another method."""
GAP = 8.0
"""px between the names of two columns of numbers."""
DIM = 0.3
"""Opacity, times its usual one, of a word that the selection does not mean."""

Values = tuple[float, float, float]
NOTHING: Values = (0.0, 0.0, 0.0)


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
    """Bars left of the words with their numbers, or both below the words where it is narrow.

    All begin at one edge: the colour and the number tell the sign.
    """
    every = values(drawn.explanation, drawn.listed, drawn.alone)
    view, scores = drawn.view, drawn.view.scores
    bars = _carried(every, view) if scores is None else _scored(drawn, scores)
    left, right = frame.bars or (frame.labels - frame.label_room, frame.labels)
    if frame.bars is None:
        right -= _number_room(every, bars, view) + 7
    room = max(1.0, right - left)
    reach = per_logit(room, _largest(every, view))
    items: list[Item] = []
    for source, bar in bars.items():
        if source not in frame.rows:
            continue
        strength = 1.0 if source in drawn.leading or scores is not None else DIM
        for value, opacity in zip(bar.lengths, bar.opacities, strict=True):
            fill = rgba(_colour(view, value), opacity * strength)
            items.append(Area(_box_of(frame, source, min(abs(value) * reach, room), right), fill))
    return items + _numbers(drawn, every, bars, frame, reach) + _heads(drawn, frame)


def _largest(every: dict[int, Values], view: View) -> float:
    """What the longest bar has room for."""
    if view.scores is not None:
        return max(map(abs, view.scores.scores))
    low, high = view.beside.reach if view.beside else extent(every)
    return max(-low, high)


def _number_room(every: dict[int, Values], bars: dict[int, Bar], view: View) -> float:
    """px for the widest number below a word, on both sides of a pair the same."""
    low, high = view.beside.reach if view.beside else extent(every)
    said = ["+0.00", short_amount(low), short_amount(high)]
    said += [bar.says for bar in bars.values() if view.scores is not None]
    return max(width(number, TINY) for number in said)


@dataclass(frozen=True)
class Bar:
    """Values that lie on each other in one bar, and the number behind it."""

    lengths: tuple[float, ...]
    opacities: tuple[float, ...]
    says: str


def _carried(every: dict[int, Values], view: View) -> dict[int, Bar]:
    """g of each word, with what its ways carry of it in full colour."""
    by_nodes = view.level == "embedding"
    return {
        source: Bar((g, nodes if by_nodes else parts), (WHOLE, 1.0), short_amount(g))
        for source, (g, nodes, parts) in every.items()
    }


def _scored(drawn: Drawn, scores: WordScores) -> dict[int, Bar]:
    """The scores of another method, of all tokens but the hidden ones."""
    says = short_amount if scores.signed else percent
    return {
        at: Bar((score,), (SCORED,), says(score))
        for at, score in enumerate(scores.scores)
        if at not in drawn.hidden
    }


def _colour(view: View, value: float) -> str:
    """The answer's that a value speaks for; grey where it does not say."""
    if view.scores is not None and not view.scores.signed:
        return view.colours.muted
    return view.colours.sign(value)


def _box_of(frame: Frame, source: int, length: float, right: float) -> Points:
    """The corners of a bar: from the left beside the graph, from the right below a word."""
    y = frame.rows[source]
    if frame.bars is None:
        y += BELOW
        return _box(right - length, right, y - THIN / 2, y + THIN / 2)
    return _box(frame.bars[0], frame.bars[0] + length, y - THICK / 2, y + THICK / 2)


def _numbers(
    drawn: Drawn, every: dict[int, Values], bars: dict[int, Bar], frame: Frame, reach: float
) -> list[Item]:
    """The number behind each bar, and before the ribbon the share of g that the ways carry."""
    colours, level = drawn.view.colours, drawn.view.level
    ways = {p.source for p in drawn.patterns}
    items: list[Item] = []
    for source, bar in bars.items():
        if source not in frame.rows:
            continue
        y = frame.rows[source]
        if frame.bars is None:
            items.append(Label(frame.labels, y + BELOW, bar.says, colours.muted, TINY, "end"))
        else:
            longest = max(map(abs, bar.lengths)) * reach
            end = frame.bars[0] + min(longest, frame.bars[1] - frame.bars[0])
            items.append(Label(end + 5, y, bar.says, colours.muted, SMALL, "start"))
        g, nodes, parts = every.get(source, NOTHING)
        if source in ways and g:
            said = _share((nodes if level == "embedding" else parts) / g)
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
    carried = "carried" if drawn.view.scores is None else "of g"
    left = 4.0 if frame.bars is None else frame.bars[0]
    room = frame.share - left - width(carried, SMALL) - GAP
    named, unit = _measured(drawn)
    said = f"{named} ({unit})"
    if frame.bars is None and width(said, SMALL) > room:
        said = named  # the legend says the unit
    items.append(Label(left, y, shorten(said, SMALL, room), colour, SMALL, "start"))
    if drawn.patterns:
        items.append(Label(frame.share, y, carried, colour, SMALL, "end"))
    return items


def _measured(drawn: Drawn) -> tuple[str, str]:
    """Whose numbers the bars are, and in what."""
    unit, scores = drawn.explanation.target.unit, drawn.view.scores
    if scores is None:
        return "influence", unit
    return scores.label, unit if scores.signed else "share"


def _box(x0: float, x1: float, y0: float, y1: float) -> Points:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
