"""Two models, or two runs of any kind, beside each other: where they have influence from.

Heads of two models have nothing to do with each other by their numbers, so none is subtracted:
compared is the mean influence of each role, or, where roles are not the same, of each class of
words, with the 95 % intervals of the means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from explainer.base.numbers import percent, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.page import page
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.canvas.scene import Area, Item, Label, Line, Scene
from explainer.figures.canvas.wording import measured
from explainer.figures.common.graph import THRESHOLD, WIDTH, common_scene, one_scale
from explainer.figures.common.report import said_of, section, table
from explainer.results.common.difference import WIDE
from explainer.results.common.pattern import CommonPattern

ROW, TOP, BAR = 40.0, 34.0, 11.0
"""px of a row, above the first, and of a bar."""
Both = tuple[CommonPattern, CommonPattern]


class Compared(NamedTuple):
    """What one role or class of words adds in each: mean influence and its standard error."""

    name: str
    first: tuple[float, float]
    second: tuple[float, float]


def compared(first: CommonPattern, second: CommonPattern) -> tuple[str, tuple[Compared, ...]]:
    """What is compared ("place" or "class of words"), and the rows."""
    names = [[role.name for role in one.roles] for one in (first, second)]
    if names[0] == names[1]:
        pairs = zip(first.roles, second.roles, strict=True)
        rows = (Compared(a.name, (a.influence, a.error), (b.influence, b.error)) for a, b in pairs)
        return "place", tuple(rows)
    known = [{one.name: (one.influence, one.error) for one in of.classes} for of in (first, second)]
    nothing = (0.0, 0.0)
    return "class of words", tuple(
        Compared(name, known[0].get(name, nothing), known[1].get(name, nothing))
        for name in dict.fromkeys((*known[0], *known[1]))
    )


def models_scene(
    first: CommonPattern, second: CommonPattern, names: tuple[str, str], *, dark: bool = False
) -> Scene:
    """Two bars for each row, the first filled and the second pale, with their intervals."""
    colours = palette(dark)
    _, rows = compared(first, second)
    labels = 12.0 + max(text.width(text.brief(row.name), text.BODY) for row in rows)
    ends = [
        end
        for row in rows
        for mean, error in row[1:]
        for end in (mean - _half(error), mean + _half(error), 0.0)
    ]
    low, high = min(ends), max(ends)
    room = WIDTH - labels - 150.0
    scale = room / (high - low) if high > low else 0.0
    zero = labels + 10.0 - scale * low
    items = (*_legend(names, colours), *_rows(rows, labels, zero, scale, colours))
    return Scene(WIDTH, TOP + ROW * len(rows) + 8.0, scale, (items,), (), 0)


def _half(error: float) -> float:
    return WIDE * error if np.isfinite(error) else 0.0


def _legend(names: tuple[str, str], colours: Palette) -> Iterator[Item]:
    x = 12.0
    for name, strength in zip(names, (0.85, 0.3), strict=True):
        said = text.brief(name)
        yield _bar(x, x + 18.0, 12.0, rgba(colours.ink, strength))
        yield Label(x + 24.0, 12.0, said, colours.muted, text.SMALL, "start")
        x += 44.0 + text.width(said, text.SMALL)


def _rows(
    rows: Sequence[Compared], labels: float, zero: float, scale: float, colours: Palette
) -> Iterator[Item]:
    yield Line(zero, TOP - 6, zero, TOP + ROW * len(rows), colours.faint)
    for place, row in enumerate(rows):
        middle = TOP + ROW * (place + 0.5)
        yield Label(labels, middle, text.brief(row.name), colours.ink, text.BODY, "end")
        for (mean, error), down, strength in zip(row[1:], (-7.0, 7.0), (0.85, 0.3), strict=True):
            y, end, half = middle + down, zero + scale * mean, scale * _half(error)
            yield _bar(min(zero, end), max(zero, end), y, rgba(colours.sign(mean), strength))
            if half:
                yield Line(end - half, y, end + half, y, colours.ink, 1.2)
            far = max(zero, end + half)
            yield Label(far + 6.0, y, signed(mean), colours.muted, text.SMALL - 1, "start")


def _bar(left: float, right: float, y: float, fill: str) -> Area:
    top, bottom = y - BAR / 2, y + BAR / 2
    return Area(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), fill)


def models_summary(first: CommonPattern, second: CommonPattern, names: tuple[str, str]) -> str:
    """Where the two differ most, beyond the intervals of both, in a sentence."""
    what, rows = compared(first, second)

    def gap(row: Compared) -> float:
        (one, error), (other, second_error) = row[1:]
        return abs(one - other) - _half(float(np.hypot(error, second_error)))

    if first.unit != second.unit:
        return (
            f"{names[0]} is asked in {first.unit} and {names[1]} in {second.unit}: compare the "
            "ways, not the numbers."
        )
    most = max(rows, key=gap)
    if gap(most) <= 0:
        return f"No {what} differs by more than may be chance."
    one, other = most.first[0], most.second[0]
    return (
        f"“{most.name}” differs most: {measured(signed(one), first.unit)} in {names[0]} and "
        f"{measured(signed(other), first.unit)} in {names[1]}, in the mean of all sentences."
    )


def models_html(
    first: CommonPattern,
    second: CommonPattern,
    names: tuple[str, str],
    *,
    threshold: float = THRESHOLD,
    dark: bool = False,
) -> str:
    """Both graphs, on one scale where both are in one unit, below what differs between them."""
    colours, both = palette(dark), (first, second)
    said = models_summary(*both, names)
    scale = one_scale(both, threshold) if first.unit == second.unit else None
    after = [*table("Both in numbers", NOTE, ("", *names), _numbers(both))]
    for name, one in zip(names, both, strict=True):
        scene = common_scene(one, threshold=threshold, dark=dark, scale=scale)
        after += section(name, said_of(one), to_figure(scene, colours))
    figure = to_figure(models_scene(*both, names, dark=dark), colours)
    what, _ = compared(*both)
    title = f"Mean influence by {what}: {names[0]} and {names[1]}"
    return page(title, said, said, [figure], colours, "\n".join((*after, "")))


NOTE = (
    "Intervals are those of each by itself (95 %, sentences taken for independent). Heads of two "
    "models cannot be paired by their numbers."
)


def _numbers(both: Both) -> Iterator[Sequence[str]]:
    yield ("sentences", *(f"{one.sentences:,}" for one in both))
    yield ("answer preferred", *("–" if o.right is None else percent(o.right) for o in both))
    yield ("blocks × heads", *(f"{o.model.layers} × {o.model.heads}" for o in both))
    skips = (o.skips for o in both)
    yield (
        "steps that are skip connections",
        *(f"{percent(s.value)} [{percent(s.low)}, {percent(s.high)}]" for s in skips),
    )
    for what, name in (("nodes", "node_entropy"), ("components", "component_entropy")):
        means = (np.mean(getattr(one, name)) for one in both)
        yield (f"entropy of {what}, mean of blocks (nats)", *(f"{mean:.2f}" for mean in means))
    yield (
        "heads that patterns take",
        *(f"{len(o.heads)} of {o.model.layers * o.model.heads}" for o in both),
    )
