"""A plain chart with axes, in the page's type and colours; nothing moves or zooms."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from explainer.figures.canvas import text
from explainer.figures.canvas.palette import Palette, rgba

STILL: dict[str, Any] = {"displayModeBar": False}
"""Plotly's options for showing a chart that is only read."""


def chart(traces: list[Any], colours: Palette, height: float) -> go.Figure:
    """A figure of these traces as wide as its place and `height` px high."""
    figure = go.Figure(traces)
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 12, "t": 22, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": text.FONT, "color": colours.ink, "size": text.SMALL},
        showlegend=False,
        dragmode=False,
        hovermode=False,
        bargap=0.35,
    )
    axis = {
        "fixedrange": True,
        "automargin": True,
        "gridcolor": rgba(colours.faint, 0.45),
        "zerolinecolor": colours.muted,
        "tickfont": {"color": colours.muted},
        "ticks": "",
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def titled(says: str, colours: Palette) -> dict[str, Any]:
    """An axis title."""
    return {"text": text.escape(says), "font": {"color": colours.muted, "size": text.SMALL}}


def note(x: float | str, y: float, says: str, colour: str, **options: Any) -> dict[str, Any]:
    """A word of explanation at a place of the chart."""
    plain = {"showarrow": False, "font": {"color": colour, "size": text.SMALL}}
    return {"x": x, "y": y, "text": text.escape(says), **plain, **options}
