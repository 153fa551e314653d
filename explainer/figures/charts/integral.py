"""Q and its slope along the path, with the points of the quadrature; and the gap they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explainer.figures.canvas import text
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.charts.chart import axis_of, chart, note, titled
from explainer.results.settings import Rule
from explainer.results.target import LOGITS, Unit

Numbers = NDArray[np.float64]


def integral_figure(
    a: Numbers,
    values: Numbers,
    slopes: Numbers,
    word: int,
    points: Sequence[float],
    rule: Rule,
    *,
    names: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Above Q [step] at `a`; below the slopes [step, pos], their sum and that of one `word`.

    `points` are those of `a` that the quadrature takes; what it adds up for the word is filled.
    `names` are Q's and the word's.
    """
    colours = palette(dark)
    total, own = slopes.sum(axis=1), slopes[:, word]
    taken = np.searchsorted(a, np.asarray(points) - 1e-9)
    colour = colours.sign(float(own.mean()))
    x, y = _summed(a[taken], own[taken], rule)
    label, name = (text.brief(said) for said in names)
    return chart(
        [
            _line(a, values, colours.ink, "y2", 2),
            _dots(a[taken], values[taken], colours.ink, colours, "y2"),
            {
                "type": "scatter",
                "x": x,
                "y": y,
                "mode": "lines",
                "line": {"width": 0},
                "fill": "toself",
                "fillcolor": rgba(colour, 0.22),
                "hoverinfo": "skip",
            },
            _line(a, total, colours.muted, "y", 1.5),
            _line(a, own, colour, "y", 2.5),
            _dots(a[taken], own[taken], colour, colours, "y"),
        ],
        colours,
        380,
        margin={"r": 30},
        xaxis={
            "range": [-0.015, 1.015],
            "zeroline": False,
            "anchor": "y",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["baseline", "0.25", "a = 0.5", "0.75", "sentence"],
            "ticklabeloverflow": "allow",
        },
        yaxis={"domain": [0, 0.5]},
        yaxis2={"domain": [0.6, 1], "anchor": "x", **axis_of(colours)},
        annotations=[
            _heading(1.0, f"Q: {label}", colours.ink),
            _heading(0.5, f"slope of Q, all words together, and of “{name}”", colours.muted),
        ],
    )


def _heading(y: float, says: str, colour: str) -> dict[str, object]:
    return note(0, y, says, colour, xref="paper", yref="paper", xanchor="left", yanchor="bottom")


def _line(x: Numbers, y: Numbers, colour: str, axis: str, width: float) -> dict[str, object]:
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "yaxis": axis,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _dots(x: Numbers, y: Numbers, colour: str, colours: Palette, axis: str) -> dict[str, object]:
    size = 7 if len(x) < 20 else 5
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "yaxis": axis,
        "mode": "markers",
        "marker": {"size": size, "color": colours.surface, "line": {"color": colour, "width": 1.6}},
        "hoverinfo": "skip",
    }


def _summed(a: Numbers, heights: Numbers, rule: Rule) -> tuple[Numbers, Numbers]:
    """The outline of what the rule adds up: its area is the sum.

    `riemann` gives each of n points a bar of width 1/n, which is why the bars slip away from
    their points; `trapezoid` joins the points.
    """
    if rule == "riemann":
        edges = np.linspace(0, 1, len(a) + 1)
        x, y = np.repeat(edges, 2)[1:-1], np.repeat(heights, 2)
    else:
        x, y = a, heights
    return np.concatenate(([x[0]], x, [x[-1]])), np.concatenate(([0.0], y, [0.0]))


def gap_figure(
    counts: Sequence[int],
    gaps: Mapping[Rule, Sequence[float]],
    rule: Rule,
    points: int,
    *,
    unit: Unit = LOGITS,
    dark: bool = False,
) -> go.Figure:
    """|gap| by the number of points, one line for each rule; the chosen one marked."""
    colours = palette(dark)
    traces = []
    for name in sorted(gaps, key=lambda each: each == rule):
        colour = colours.positive if name == rule else colours.faint
        heights = np.maximum(np.abs(gaps[name]), 1e-5)
        traces.append(_line(np.array(counts, float), heights, colour, "y", 2.5))
        if name == rule:
            here = [counts.index(points)]
            traces.append(
                {
                    "type": "scatter",
                    "x": [points],
                    "y": heights[here],
                    "mode": "markers",
                    "marker": {"size": 11, "color": colour},
                    "hoverinfo": "skip",
                }
            )
    shown = [count for count in counts if count in (2, 4, 9, 25, 97)]
    decades = [10.0**k for k in range(-5, 3)]
    every = [max(abs(gap), 1e-5) for found in gaps.values() for gap in found]
    other = [
        note(
            np.log10(counts[-1]),
            np.log10(max(abs(found[-1]), 1e-5)),
            name,
            colours.positive if name == rule else colours.muted,
            xanchor="right",
            yanchor="top",
            yshift=-6,
        )
        for name, found in gaps.items()
    ]
    return chart(
        traces,
        colours,
        380,
        xaxis={
            "type": "log",
            "tickvals": shown,
            "ticktext": [str(count) for count in shown],
            "title": titled("points on the path", colours),
        },
        yaxis={
            "type": "log",
            "range": [np.log10(min(every)) - 0.8, np.log10(max(every)) + 0.2],
            "tickvals": decades,
            "ticktext": [f"{decade:g}" for decade in decades],
            "zeroline": False,
        },
        annotations=[_heading(1.0, f"completeness gap ({unit})", colours.ink), *other],
    )
