"""One head's attention over the sentence, with the step of a pattern marked in it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explainer.base.numbers import percent
from explainer.figures.canvas import text
from explainer.figures.canvas.palette import palette

LABELLED = 40
"""Sentences of up to so many tokens have a label at every row and column."""


def head_map(
    attention: NDArray[np.float64],
    tokens: tuple[str, ...],
    *,
    source: int,
    target: int,
    dark: bool = False,
) -> go.Figure:
    """Attention [to, from] of one head, shares of 1; a ring marks `target` taking of `source`."""
    colours = palette(dark)
    n = len(tokens)
    names = [text.shorten(token, text.SMALL, 90) for token in tokens]
    hover = [
        [
            f"<b>{text.escape(end)}</b> attends to <b>{text.escape(start)}</b><br>{percent(weight)}"
            for start, weight in zip(tokens, row, strict=True)
        ]
        for end, row in zip(tokens, attention.tolist(), strict=True)
    ]
    every = max(1, -(-n // LABELLED))
    places = list(range(0, n, every))
    axis = {
        "tickvals": places,
        "ticktext": [text.escape(names[place]) for place in places],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": text.SMALL, "color": colours.ink},
    }
    traces = [
        {
            "type": "heatmap",
            "z": attention,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[0, colours.surface], [1, colours.heads]],
            "showscale": False,
            "xgap": 1,
            "ygap": 1,
            "text": hover,
            "hoverinfo": "text",
        },
        {
            "type": "scatter",
            "x": [source],
            "y": [target],
            "mode": "markers",
            "marker": {
                "symbol": "square-open",
                "size": max(9, min(22, 300 / n)),
                "line": {"width": 2.5, "color": colours.ink},
                "color": colours.ink,
            },
            "hoverinfo": "skip",
        },
    ]
    layout = {
        "height": max(300, min(560, 110 + 22 * n)),
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": text.FONT, "color": colours.ink},
        "showlegend": False,
        "dragmode": False,
        "xaxis": {**axis, "tickangle": -45},
        "yaxis": {**axis, "autorange": "reversed"},
    }
    # One call on plain dicts: Plotly takes several times as long for object after object.
    return go.Figure({"data": traces, "layout": layout})
