"""Figures of an evaluation as scenes: methods side by side, skip by block, consistency.

`numbers` is the table of `explainer.evaluation.evidence.summary`, `forms` that of
`explainer.evaluation.evidence.consistency`. Dots are values, the bars through them their 95 %
intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from explainer.figures.canvas.axes import Range, reach, side_axis, value_axis
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.scene import Disc, Item, Label, Line, Scene, Spot
from explainer.figures.canvas.text import BODY, SMALL, shorten, width
from explainer.figures.charts.dots import (
    BELOW,
    NOTE,
    TOP,
    WIDTH,
    DotRow,
    dots_scene,
    note_of,
    placed,
    share_of,
)
from explainer.results.route import Level

if TYPE_CHECKING:
    import pandas as pd

OWN = ("pattern", "repl-skip", "repl-attn", "pattern-heads", "pattern-first-skips")
"""The pattern, in full colour, and its variants and parts."""
HUES = ("#0072b2", "#d55e00", "#1f9e89", "#8e63ce", "#b8860b", "#cc5c9c", "#56789a", "#7a8b2f")
"""One colour per task, told apart by the colour-blind too, and named at the line's end."""


def methods_scene(
    numbers: pd.DataFrame,
    quantity: str,
    labels: Mapping[str, str],
    *,
    level: Level,
    words: str = "all",
    replacement: str | None = None,
    title: str,
    whole: float | None = None,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """One row per method with its value of `quantity`, the best first; the pattern stands out.

    Names are followed by how much the method keeps or cuts, in the mean, where `numbers` has it.
    `whole` draws a line at the value of the whole model.
    """
    of_replacement = numbers["replacement"] == replacement
    chosen = numbers[
        (numbers["quantity"] == quantity)
        & (numbers["level"] == level)
        & (numbers["words"] == words)
        & (numbers["replacement"].isna() if replacement is None else of_replacement)
    ].sort_values("value", ascending=False, kind="stable")
    # Where nothing is right, or Q is 0 in the mean, there is nothing to be retained.
    known = chosen.dropna(subset="value")
    if quantity == "retained Q":  # more than the whole model has is not better
        known = known.sort_values("value", key=lambda share: (share - 1).abs(), kind="stable")
    sizes = numbers[
        (numbers["quantity"] == "size") & (numbers["level"] == level) & (numbers["words"] == words)
    ].set_index("method")["value"]
    marks = {method: f" ({size:.0f})" for method, size in sizes.items()}
    return dots_scene(
        [
            DotRow(
                *(labels[row.method], row.value, row.low, row.high, int(row.n)),
                own=row.method in OWN,
                bold=row.method == OWN[0],
                mark=marks.get(row.method, ""),
            )
            for row in known.itertuples()
        ],
        title=title,
        axis=quantity,
        line=None if whole is None else (whole, "whole model"),
        most=1.0 if quantity.endswith("accuracy") else None,
        dark=dark,
        px=px,
    )


def skip_scene(
    numbers: pd.DataFrame,
    *,
    signed: bool = False,
    title: str,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """Skip's share of all influence in every block, one line per model and task."""
    colours = palette(dark)
    quantity = "signed skip flow" if signed else "skip flow"
    chosen = numbers[(numbers["quantity"] == quantity) & numbers["layer"].notna()]
    groups = list(chosen.groupby(["model", "task"], sort=False))
    layers = int(chosen["layer"].max()) + 1 if len(chosen) else 1
    names = [_name(model, task, chosen) for (model, task), _ in groups]
    room = min(max([width(name, SMALL) for name in names] or [0.0]) + 12, 0.4 * px)
    bottom = TOP + 260
    x = Range(0, max(layers - 1, 1), 52, px - room)
    bounds = list(chosen[["value", "low", "high"]].stack().dropna())
    y = placed(reach([*bounds, 1.0], most=None if signed else 1.0), bottom, TOP)
    items: list[Item] = [Label(0, 14, title, colours.ink, BODY, "start", bold=True)]
    items += side_axis(y, x.start, x.end, True, colours)
    items += (
        Label(x.at(layer), bottom + 13, str(layer), colours.muted, SMALL) for layer in range(layers)
    )
    said = f"block{note_of(chosen)}"
    items.append(Label((x.start + x.end) / 2, bottom + 32, said, colours.muted, SMALL))
    spots = []
    ends: list[tuple[float, str, str]] = []
    for number, ((_, rows), name) in enumerate(zip(groups, names, strict=True)):
        colour = HUES[number % len(HUES)]
        places = [(x.at(row.layer), y.at(row.value)) for row in rows.itertuples()]
        items += [Line(*a, *b, colour, 2.0) for a, b in pairwise(places)]
        for (px_x, px_y), row in zip(places, rows.itertuples(), strict=True):
            if row.low == row.low:
                bar = (px_x, y.at(row.low), px_x, y.at(row.high))
                items.append(Line(*bar, rgba(colour, 0.5), 4.0))
            items.append(Disc(px_x, px_y, 3.5, colour, colours.surface, 1.0))
            spots.append(_spot(px_x, px_y, f"{name}, block {int(row.layer)}", quantity, row))
        ends.append((places[-1][1], name, colour))
    items += end_labels(ends, x.end + 10, room - 12, colours)
    return Scene(px, bottom + BELOW, 1.0, (tuple(items),), tuple(spots), 0)


def consistency_scene(
    forms: pd.DataFrame,
    measure: str,
    *,
    title: str,
    dark: bool = False,
    px: float = WIDTH,
) -> Scene:
    """Accuracy against the entropy of patterns, a dot for every form of sentence."""
    colours = palette(dark)
    chosen = forms[(forms["measure"] == measure) & forms["entropy"].notna()]
    tasks = list(chosen["task"].unique())
    bottom = TOP + 280
    key = _key(tasks, px)
    x = placed(reach([*chosen["entropy_low"], *chosen["entropy_high"]]), 60, px - 16)
    y = placed(
        reach([*chosen["accuracy_low"], *chosen["accuracy_high"]], zero=False, most=1.0),
        bottom,
        TOP,
    )
    items: list[Item] = [Label(0, 14, title, colours.ink, BODY, "start", bold=True)]
    items += side_axis(y, x.start, x.end, True, colours)
    items += value_axis(x, TOP, bottom, f"{measure}, nats ({NOTE})", False, colours)
    spots = []
    for row in chosen.itertuples():
        colour = HUES[tasks.index(row.task) % len(HUES)]
        at = x.at(row.entropy), y.at(row.accuracy)
        spread = rgba(colour, 0.35)
        items.append(Line(x.at(row.entropy_low), at[1], x.at(row.entropy_high), at[1], spread, 1.5))
        items.append(
            Line(at[0], y.at(row.accuracy_low), at[0], y.at(row.accuracy_high), spread, 1.5)
        )
        items.append(Disc(*at, 4.5, colour, colours.surface, 1.0))
        says = (
            f"{row.task}, {row.combination}",
            f"entropy {row.entropy:.2f} nats, accuracy {share_of(row.accuracy)}",
            f"{row.n} sentences of one form",
        )
        spots.append(Spot(*at, "point", None, 0, 0, 0, None, says))
    for (kx, ky), task in zip(key, tasks, strict=True):
        colour = HUES[tasks.index(task) % len(HUES)]
        items.append(Disc(kx + 5, bottom + 58 + ky, 4.5, colour, colours.surface, 1.0))
        items.append(Label(kx + 15, bottom + 58 + ky, task, colours.muted, SMALL, "start"))
    height = bottom + BELOW + 24 + max([ky for _, ky in key] or [0.0])
    return Scene(px, height, 1.0, (tuple(items),), tuple(spots), 0)


def _spot(x: float, y: float, name: str, quantity: str, row: object) -> Spot:
    value, low, high = (share_of(getattr(row, part)) for part in ("value", "low", "high"))
    interval = "" if "nan" in low else f" [{low}, {high}]"
    says = (name, f"{quantity}: {value}{interval}", f"{getattr(row, 'n', 0)} sentences")
    return Spot(x, y, "point", None, 0, 0, 0, None, says)


def _name(model: str, task: str, rows: pd.DataFrame) -> str:
    """A line's name, with its model where there are several."""
    return task if rows["model"].nunique() == 1 else f"{model}: {task}"


def end_labels(
    ends: list[tuple[float, str, str]], x: float, room: float, colours: Palette
) -> Iterator[Item]:
    """Names beside the ends of lines, moved apart where they would lie on each other."""
    last = -1e9
    for y, name, colour in sorted(ends):
        place = max(y, last + 15)
        yield Line(x - 8, place, x - 2, place, colour, 3.0)
        yield Label(x + 2, place, shorten(name, SMALL, room), colours.ink, SMALL, "start")
        last = place


def _key(names: list[str], px: float) -> list[tuple[float, float]]:
    """Where the names of a key go, in rows as wide as the figure."""
    places, x, y = [], 0.0, 0.0
    for name in names:
        wide = width(name, SMALL) + 34
        if x and x + wide > px:
            x, y = 0.0, y + 20
        places.append((x, y))
        x += wide
    return places
