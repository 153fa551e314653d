"""How a head carries a step: what it copies against where attention turns, as one small bar."""

from __future__ import annotations

import numpy as np

from explainer.base.numbers import signed
from explainer.figures.canvas import text, wording
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label, Line, Scene
from explainer.results.explanation import Explanation
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge

WIDTH = 560.0
BAR = (3.0, 21.0)
"""Where the bar begins and ends, from the top, in px."""
ROW, SQUARE, BESIDE, APART = 17.0, 9.0, 5.0, 16.0
"""px of a row of names, of the square before a name, between these, and to the next."""
OPACITY = {"value": 1.0, "key": 0.62, "query": 0.34}
MOSTLY = 2.0
"""So many times as large as the other a part is called most of it."""


def named(edge: Edge, parts: HeadParts) -> dict[str, float]:
    """The parts by name; without the query where the step leads away, for there it has none."""
    found = parts._asdict()
    return found if edge.source == edge.target else {n: found[n] for n in ("value", "key")}


def says_parts(explanation: Explanation, edge: Edge, parts: HeadParts) -> str:
    """What the head of a step does, in a sentence that is true whatever the parts' signs are."""
    source, target = (text.brief(explanation.tokens[at]) for at in (edge.source, edge.target))
    stays = edge.source == edge.target
    head = wording.component(edge.component).capitalize()
    content, attention = abs(parts.value), abs(parts.key) + abs(parts.query)
    passes = f"passes on what “{source}” says"
    if not stays:
        passes = f"passes what “{source}” says on to “{target}”"
    turns = f"turns the attention of “{target}”"
    if not content + attention:
        return f"{head} carries nothing here, by what “{source}” says or by attention to it."
    if content >= MOSTLY * attention:
        does = f"mostly {passes}"
    elif attention >= MOSTLY * content:
        does = f"mostly {turns}"
    else:
        does = f"{passes} and {turns}"
    by = [
        f"{signed(parts.value, 3)} by what “{source}” says (value)",
        f"{signed(parts.key, 3)} by how much attention “{source}” draws (key)",
    ]
    if stays:
        by.append(f"{signed(parts.query, 3)} by where “{source}” itself looks (query)")
    return f"{head} {does}: {', '.join(by[:-1])} and {by[-1]}."


def parts_scene(edge: Edge, parts: HeadParts, *, width: float = WIDTH, dark: bool = False) -> Scene:
    """One bar `width` px wide: parts above 0 to the right of a line, those below 0 to its left.

    Below it every part's name and number in logits.
    """
    colours, values = palette(dark), named(edge, parts)
    sizes = [abs(value) for value in values.values()]
    scale = width / sum(sizes) if sum(sizes) else 0.0
    zero = scale * sum(-value for value in values.values() if value < 0)
    bars: list[Item] = []
    ends = {True: zero, False: zero}
    for name, value in values.items():
        start = ends[value > 0]
        ends[value > 0] = end = start + scale * value
        bars.append(_box(start, BAR[0], end, BAR[1], _colour(colours, name, value)))
    top, bottom = BAR[0] - 3, BAR[1] + 3
    mark = min(max(zero, 1.0), width - 1.0)
    lines = [Line(mark, top, mark, bottom, colours.muted, 2.0)]
    names, height = _names(colours, values, width)
    return Scene(width, height, scale, (tuple(bars), tuple(lines), names), (), 0)


def _names(
    colours: Palette, values: dict[str, float], width: float
) -> tuple[tuple[Item, ...], float]:
    """The names in rows, each after a square of its bar's colour; and where the last row ends."""
    items: list[Item] = []
    x, y = 0.0, BAR[1] + ROW
    for name, value in values.items():
        said = f"{name} {signed(value, 3)}"
        wide = SQUARE + BESIDE + text.width(said, text.SMALL)
        if x + wide > width:
            x, y = 0.0, y + ROW
        top, bottom = y - SQUARE / 2, y + SQUARE / 2
        items.append(_box(x, top, x + SQUARE, bottom, _colour(colours, name, value)))
        items.append(Label(x + SQUARE + BESIDE, y, said, colours.ink, text.SMALL, "start"))
        x += wide + APART
    return tuple(items), y + ROW / 2


def _colour(colours: Palette, name: str, value: float) -> str:
    return rgba(colours.sign(value), OPACITY[name])


def _box(left: float, top: float, right: float, bottom: float, fill: str) -> Area:
    return Area(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), fill)
