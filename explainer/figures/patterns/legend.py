"""The legend: what colours, shades and pills mean, and a bar of labelled width as the scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve, pill, ribbon
from explainer.figures.canvas.palette import ALONE, PALE, QUIET, Palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label
from explainer.figures.patterns import bars
from explainer.figures.patterns import scale as scales
from explainer.figures.patterns.drawn import Drawn

ROW = 22.0
SWATCH = 24.0
THICK = 5.0
MARGIN = 12.0
"""px that the legend leaves free beside it."""
MARK = 0.13
"""Opacity of the patch behind a word that differs from the figure beside."""

Painter = Callable[[float, float], list[Item]]
"""Draws a swatch whose left end is at x and whose middle is at y."""


@dataclass(frozen=True)
class Entry:
    """One item of the legend."""

    says: str
    paint: Painter

    @property
    def width(self) -> float:
        """Room it takes with its distance to the next, in px."""
        return SWATCH + 7 + text.width(self.says, text.SMALL) + 18


def entries(drawn: Drawn, scale: float) -> list[Entry]:
    """What needs explaining in what is drawn; `scale` in px per logit."""
    view, target = drawn.view, drawn.explanation.target
    colours = view.colours
    against = (
        f"away from {_short(target.correct)}"
        if target.wrong is None
        else f"towards {_short(target.wrong)}"
    )
    found = [
        Entry(
            f"towards {_short(target.correct)}", lambda x, y: [_bar(x, y, THICK, colours.positive)]
        ),
        Entry(against, lambda x, y: [_bar(x, y, THICK, colours.negative)]),
    ]
    nodes_alone = view.level == "embedding"
    found.append(Entry("by its nodes", lambda x, y: _thinning(x, y, colours, nodes_alone)))
    if not nodes_alone:
        found.append(Entry("by skips", lambda x, y: _skipped(x, y, colours)))
        found.append(Entry("by heads", lambda x, y: _headed(x, y, colours)))
    if view.scores is not None:
        named = f"bars: {view.scores.label}"
        fill = rgba(colours.positive if view.scores.signed else colours.muted, bars.SCORED)
        found.append(Entry(named, lambda x, y: [_bar(x, y, bars.THICK, fill)]))
    _, thick, said = scales.key(scale, drawn.explanation.target.unit)
    found.append(Entry(f"width: {said}", lambda x, y: [_bar(x, y, thick, colours.muted)]))
    if view.overlay != "none" and drawn.explanation.flow is not None:
        found.append(Entry("skip | heads, of all influence", lambda x, y: _split(x, y, colours)))
    if view.beside and view.beside.marked:
        found.append(Entry("differs", lambda x, y: [_marked(x, y, colours)]))
    return found


def _short(word: str) -> str:
    return text.shorten(word, text.SMALL, 90)


def flowed(found: list[Entry], room: float) -> list[list[Entry]]:
    """The entries in rows that fit the room."""
    rows: list[list[Entry]] = [[]]
    used = 0.0
    for entry in found:
        if rows[-1] and used + entry.width - 18 > room:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += entry.width
    return rows


def draw(rows: list[list[Entry]], left: float, top: float, colours: Palette) -> list[Item]:
    """The legend's rows from (left, top) on."""
    items: list[Item] = []
    for number, row in enumerate(rows):
        x, y = left, top + ROW * (number + 0.5)
        for entry in row:
            items += entry.paint(x, y)
            items.append(Label(x + SWATCH + 7, y, entry.says, colours.muted, text.SMALL, "start"))
            x += entry.width
    return items


def _bar(x: float, y: float, thick: float, colour: str) -> Area:
    return Area(ribbon(Curve(x, y, x + SWATCH, y), 0, 0, thick), colour)


def _thinning(x: float, y: float, colours: Palette, alone: bool) -> list[Item]:
    curve = Curve(x, y, x + SWATCH, y)
    fill = rgba(colours.muted, ALONE if alone else 1.6 * PALE)
    return [Area(ribbon(curve, 0, 0, (13.0, 5.0)), fill)]


def _skipped(x: float, y: float, colours: Palette) -> list[Item]:
    return [
        _bar(x, y, 13.0, rgba(colours.muted, PALE)),
        _bar(x, y, 4.0, rgba(colours.muted, QUIET)),
    ]


def _headed(x: float, y: float, colours: Palette) -> list[Item]:
    middle = x + SWATCH / 2
    outline = Area(pill(middle, y, 16.4, 14.4), colours.surface, colours.muted, 1.4)
    return [
        _bar(x, y, 13.0, rgba(colours.muted, PALE)),
        _bar(x, y, 4.0, colours.muted),
        outline,
        Label(middle, y, "3", colours.ink, text.SMALL - 0.5, bold=True),
    ]


def _marked(x: float, y: float, colours: Palette) -> Item:
    corners = [(x, y - 8), (x + SWATCH, y - 8), (x + SWATCH, y + 8), (x, y + 8)]
    return Area(np.array(corners), rgba(colours.ink, MARK))


def _split(x: float, y: float, colours: Palette) -> list[Item]:
    items: list[Item] = []
    half = SWATCH / 2
    for left, colour in ((x, colours.skip), (x + half, colours.heads)):
        corners = [(left, y - 4.5), (left + half, y - 4.5), (left + half, y + 4.5), (left, y + 4.5)]
        items.append(Area(np.array(corners), rgba(colour, 0.85)))
    return items
