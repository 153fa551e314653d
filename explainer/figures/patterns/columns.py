"""The board that the ways lie on: blocks as bands with their names, hidden states as dots."""

from __future__ import annotations

import math
from collections.abc import Iterator

from explainer.figures.canvas import text
from explainer.figures.canvas.curves import rounded
from explainer.figures.canvas.frame import SLIM, Frame
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Line
from explainer.figures.patterns import endings
from explainer.figures.patterns.drawn import Drawn
from explainer.results.texts import second_begins

BAND = 0.68
"""A block's band as a share of the distance between two hidden states."""
SECOND = "second text"
"""What stands below the rule between two texts."""
WASH = 0.07
"""Opacity of a band."""


def board(frame: Frame, colours: Palette) -> list[Item]:
    """A band for every block between its two hidden states, and a dot for every hidden state."""
    half = frame.row_height / 2
    top, bottom = frame.top - half, frame.bottom + half
    items: list[Item] = [
        Area(
            rounded(centre, (top + bottom) / 2, BAND * frame.column_width, bottom - top, 8.0),
            rgba(colours.muted, WASH),
        )
        for centre in _centres(frame)
    ]
    radius = 1.9 if frame.column_width >= 30 else 1.5
    return items + [
        Disc(x, y, radius, colours.faint, colours.faint, 0.5)
        for x in frame.columns
        for y in frame.rows.values()
    ]


def parting(drawn: Drawn, frame: Frame) -> list[Item]:
    """A rule between two texts that were read together, and which is below it."""
    texts, colours = drawn.explanation.texts, drawn.view.colours
    if texts is None:
        return []
    start = second_begins(texts)
    above = [y for position, y in frame.rows.items() if position < start]
    below = [y for position, y in frame.rows.items() if position >= start]
    # Beside another figure rows may be in its order, and long texts may show one of the two.
    if not above or not below or max(above) >= min(below):
        return []
    y = (max(above) + min(below)) / 2
    left = 0.0 if frame.bars is None else frame.bars[0]
    items: list[Item] = [Line(left, y, frame.width - 6.0, y, colours.faint)]
    if frame.answer is not None and text.width(SECOND, text.SMALL) <= frame.width - frame.answer:
        behind = endings.draw(drawn.explanation, frame, colours)
        if all(abs(one.y - y - 11) > text.BODY for one in behind if isinstance(one, Label)):
            items.append(Label(frame.answer, y + 11, SECOND, colours.muted, text.SMALL, "start"))
    return items


def names(drawn: Drawn, frame: Frame) -> list[Item]:
    """The blocks' names, what goes in and out, and what is read behind the targets."""
    colours = drawn.view.colours
    items: list[Item] = []
    layers = drawn.explanation.model.layers
    roomy = text.width(f"block {layers - 1}", text.SMALL) <= frame.column_width
    apart = text.width(str(layers - 1), text.SMALL) + 4
    every = max(1, math.ceil(apart / frame.column_width))
    for block, x in enumerate(_centres(frame)):
        if block % every == 0:
            said = f"block {block}" if roomy else str(block)
            items += [Label(x, y, said, colours.muted, text.SMALL) for y in frame.names]
    items += _ends(drawn, frame, roomy)
    return items + endings.draw(drawn.explanation, frame, colours)


def _ends(drawn: Drawn, frame: Frame, roomy: bool) -> Iterator[Item]:
    """What stands below the first and the last column, and between them what is numbered."""
    colour, y = drawn.view.colours.muted, frame.ends
    first, last = frame.columns[0], frame.columns[-1]
    if frame.width >= SLIM:
        yield Label(first, y, "words in", colour, text.SMALL)
        yield Label(last, y, "answer", colour, text.SMALL)
    else:  # there is room only beside the columns
        yield Label(first + 4.0, y, "words in", colour, text.SMALL, "end")
        if frame.answer is None:
            yield Label(frame.width - 4.0, y, "answer", colour, text.SMALL, "end")
        else:
            yield Label(frame.answer, y, "answer", colour, text.SMALL, "start")
    if not roomy:
        yield Label((first + last) / 2, y, "blocks by number", colour, text.SMALL)


def _centres(frame: Frame) -> Iterator[float]:
    for left, right in zip(frame.columns, frame.columns[1:], strict=False):
        yield (left + right) / 2
