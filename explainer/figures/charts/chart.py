"""A plain chart with axes, in the page's type and colours; nothing moves or zooms."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from explainer.figures.canvas import text
from explainer.figures.canvas.palette import Palette, rgba

STILL: dict[str, Any] = {"displayModeBar": False}
"""Plotly's options for showing a chart that is only read."""


def chart(
    traces: list[dict[str, Any]], colours: Palette, height: float, **layout: Any
) -> go.Figure:
    """A figure of these traces as wide as its place and `height` px high.

    `layout` is added to what all charts share, what an axis or the margin has to that of all.
    """
    axis = axis_of(colours)
    shared: dict[str, Any] = {
        "height": height,
        "margin": {"l": 4, "r": 12, "t": 22, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": text.FONT, "color": colours.ink, "size": text.SMALL},
        "showlegend": False,
        "dragmode": False,
        "hovermode": False,
        "bargap": 0.35,
        "xaxis": {**axis, "ticks": ""},
        "yaxis": {**axis, "ticks": ""},
    }
    for name, own in layout.items():
        shared[name] = {**shared[name], **own} if name in ("margin", "xaxis", "yaxis") else own
    # One call on plain dicts: Plotly takes several times as long for object after object.
    return go.Figure({"data": traces, "layout": shared})


def axis_of(colours: Palette) -> dict[str, Any]:
    """What every axis of a chart looks like."""
    return {
        "fixedrange": True,
        "automargin": True,
        "gridcolor": rgba(colours.faint, 0.45),
        "zerolinecolor": colours.muted,
        "tickfont": {"color": colours.muted},
    }


def titled(says: str, colours: Palette) -> dict[str, Any]:
    """An axis title."""
    return {"text": text.escape(says), "font": {"color": colours.muted, "size": text.SMALL}}


def note(x: float | str, y: float, says: str, colour: str, **options: Any) -> dict[str, Any]:
    """A word of explanation at a place of the chart."""
    plain = {"showarrow": False, "font": {"color": colour, "size": text.SMALL}}
    return {"x": x, "y": y, "text": text.escape(says), **plain, **options}
