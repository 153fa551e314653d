"""A scene as a Plotly figure: one trace per style, and invisible markers to point at and click."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explainer.figures import text
from explainer.figures.palette import Palette, rgba
from explainer.figures.scene import Area, Disc, Item, Label, Line, Scene, Spot

Trace = dict[str, Any]
SPOT_SIZE = 14
CORNERS = 20
"""A small circle as a polygon; more cannot be seen."""
TURN = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
CIRCLE = np.stack((np.cos(TURN), np.sin(TURN)), axis=1)
POSITION = {"start": "middle right", "middle": "middle center", "end": "middle left"}
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "displayModeBar": "hover",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom2d", "pan2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 3, "filename": "influence-pattern"},
}
"""Plotly's own options for showing a figure: no cloud button, pictures sharp enough for print."""


def to_figure(scene: Scene, colours: Palette) -> go.Figure:
    """The scene in px coordinates, with y downwards.

    The last trace, named `spots`, has one invisible marker per spot whose `customdata` is
    [kind, word, layer, source, target, component]; word and component may be None.
    """
    # One call on plain dicts: Plotly takes several times as long for object after object.
    traces = [trace for stage in scene.stages for trace in _traces(stage)]
    return go.Figure({"data": [*traces, _spots(scene.spots)], "layout": _layout(scene, colours)})


def _layout(scene: Scene, colours: Palette) -> Trace:
    return {
        "template": {},  # everything is said here, and Plotly's own template is long
        "width": scene.width,
        "height": scene.height,
        "autosize": True,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": colours.surface,  # the page's own, so that a picture has it too
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 14,
        "dragmode": False,
        "font": {"family": text.FONT, "color": colours.ink, "size": text.SMALL},
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.faint,
            "font": {"family": text.FONT, "color": colours.ink, "size": 13},
            "align": "left",
        },
        "xaxis": {"range": [0, scene.width], "visible": False, "fixedrange": True},
        "yaxis": {"range": [scene.height, 0], "visible": False, "fixedrange": True},
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": colours.faint,
            "activecolor": colours.ink,
        },
    }


def _traces(stage: Iterable[Item]) -> list[Trace]:
    """One trace for each style in a stage, in order of first use."""
    styles: dict[tuple[Any, ...], list[Any]] = {}
    for item in stage:
        styles.setdefault(_style(item), []).append(item)
    return [_trace(items) for items in styles.values()]


def _style(item: Item) -> tuple[Any, ...]:
    if isinstance(item, Area):
        return "area", item.fill, item.outline, item.outline_width
    if isinstance(item, Line):
        return "line", item.colour, item.width
    if isinstance(item, Disc):
        return "disc", item.fill, item.outline, item.outline_width
    return "label", item.colour, item.size, item.bold


def _trace(items: list[Any]) -> Trace:
    first = items[0]
    if isinstance(first, Area):
        return _areas(items)
    if isinstance(first, Line):
        return _lines(items)
    if isinstance(first, Disc):
        return _areas([_round(disc) for disc in items])
    return _labels(items)


def _round(disc: Disc) -> Area:
    """A disc as a polygon: one path for many of them, which Plotly draws far sooner than markers.

    The outline of a disc lies within it, that of an area on its edge.
    """
    radius = disc.radius - disc.outline_width / 2
    points = radius * CIRCLE + np.array((disc.x, disc.y))
    return Area(points, disc.fill, disc.outline, disc.outline_width)


def _areas(areas: list[Area]) -> Trace:
    gap = np.full((1, 2), np.nan)
    points = np.concatenate([p for a in areas for p in (a.points, a.points[:1], gap)])
    first = areas[0]
    return {
        "type": "scatter",
        "x": _pixels(points[:, 0]),
        "y": _pixels(points[:, 1]),
        "mode": "lines",
        "fill": "toself",
        "fillcolor": first.fill,
        "line": {"width": first.outline_width, "color": first.outline or "rgba(0,0,0,0)"},
        "hoverinfo": "skip",
    }


def _lines(lines: list[Line]) -> Trace:
    first = lines[0]
    return {
        "type": "scatter",
        "x": [x for line in lines for x in (line.x0, line.x1, None)],
        "y": [y for line in lines for y in (line.y0, line.y1, None)],
        "mode": "lines",
        "line": {"width": first.width, "color": first.colour},
        "hoverinfo": "skip",
    }


def _labels(labels: list[Label]) -> Trace:
    first = labels[0]
    return {
        "type": "scatter",
        "x": _pixels(label.x for label in labels),
        "y": _pixels(label.y for label in labels),
        "mode": "text",
        "text": [text.escape(label.text) for label in labels],
        "textposition": [POSITION[label.anchor] for label in labels],
        "textfont": {
            "family": text.FONT,
            "size": first.size,
            "color": first.colour,
            "weight": 700 if first.bold else 400,
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
        "selected": {"textfont": {"color": first.colour}},
        "unselected": {"textfont": {"color": first.colour}},
    }


def _spots(spots: tuple[Spot, ...]) -> Trace:
    clear = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "name": "spots",
        "x": _pixels(spot.x for spot in spots),
        "y": _pixels(spot.y for spot in spots),
        "mode": "markers",
        "marker": {"size": SPOT_SIZE, "color": rgba("#000000", 0.01), "opacity": 0},
        "customdata": [
            [spot.kind, spot.word, spot.layer, spot.source, spot.target, spot.component]
            for spot in spots
        ],
        "hovertext": [_hover(spot.says) for spot in spots],
        "hoverinfo": "text",
        "selected": clear,
        "unselected": clear,
    }


def _hover(says: tuple[str, ...]) -> str:
    first, *rest = (text.escape(line) for line in says)
    return "<br>".join((f"<b>{first}</b>", *rest))


def _pixels(values: Iterable[float]) -> NDArray[np.float32]:
    """Coordinates to a tenth of a px; Plotly sends arrays in binary, at half the size."""
    return np.fromiter((round(float(value), 1) for value in values), np.float32)
