"""A scene as a Plotly figure: paths, labels, and invisible markers to point at and click.

Everything but text is a path of the layout, one for each style of a stage: Plotly draws them in
half the time that traces take. All text is one trace, and of the markers it draws a single one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Points
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Line, Scene, Spot

Part = dict[str, Any]
SPOT_SIZE = 6
"""px of a spot: within a marker Plotly holds all places for equally near, so that of two large ones
the later would win."""
REACH = 18
"""px around a spot from which it can be pointed at and tapped; the nearest one is meant."""
BEND = 4 / 3 * np.tan(np.pi / 8)
"""How far the control points of a quarter of the unit circle lie from its ends; Plotly's paths have
no arcs."""
QUARTER = np.array(((1, 0), (1, BEND), (BEND, 1), (0, 1)))
CIRCLE = np.concatenate(
    [QUARTER[:1], *(QUARTER[1:] @ np.linalg.matrix_power([[0, 1], [-1, 0]], k) for k in range(4))]
)
"""The unit circle as Bézier curves: where it begins, and three points for each of four."""
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
    return go.Figure(_parts(scene, colours))


class Finished(go.Figure):
    """`to_figure` of a scene, for a page that shows it again and again and never changes it.

    Plotly copies all of a figure whenever it is sent, which took a quarter of what a server does
    for a click; of this one there is a single copy, made at once, so that threads can share it.
    """

    def __init__(self, scene: Scene, colours: Palette) -> None:
        super().__init__(_parts(scene, colours))
        self._sent = super().to_dict()

    def to_dict(self) -> Part:
        """The one copy: it is only to be read."""
        return self._sent

    def __reduce__(self) -> tuple[Any, ...]:
        # Plotly's own writes into what `to_dict` gives.
        return go.Figure, (self._sent,)


def _parts(scene: Scene, colours: Palette) -> Part:
    """The figure as plain dicts and lists."""
    labels = [item for stage in scene.stages for item in stage if isinstance(item, Label)]
    paths = [_path(items) for stage in scene.stages for items in _by_style(stage)]
    layout = {**_layout(scene, colours), "shapes": paths}
    turned = [_turned(label) for label in labels if label.turn]
    if turned:  # a trace's text cannot be
        layout["annotations"] = turned
    level = [label for label in labels if not label.turn]
    return {"data": [_labels(level, colours), _spots(scene.spots)], "layout": layout}


def _layout(scene: Scene, colours: Palette) -> Part:
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
        "hoverdistance": REACH,
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


def _by_style(stage: Iterable[Item]) -> list[list[Any]]:
    """The shapes of a stage that look alike together, in order of first use."""
    styles: dict[tuple[Any, ...], list[Any]] = {}
    for item in stage:
        if not isinstance(item, Label):
            styles.setdefault(_style(item), []).append(item)
    return list(styles.values())


def _style(item: Area | Line | Disc) -> tuple[Any, ...]:
    if isinstance(item, Area):
        return "area", item.fill, item.outline, item.outline_width
    if isinstance(item, Line):
        return "line", item.colour, item.width
    return "disc", item.fill, item.outline, item.outline_width


def _path(items: list[Any]) -> Part:
    """Areas, lines or discs of one style as one path, below the labels."""
    first = items[0]
    if isinstance(first, Line):
        path = "".join(
            f"M{_px(line.x0)},{_px(line.y0)}L{_px(line.x1)},{_px(line.y1)}" for line in items
        )
        look: Part = {"line": {"width": first.width, "color": first.colour}}
    else:
        path = "".join(_round(i) if isinstance(i, Disc) else _polygon(i) for i in items)
        outline = {"width": first.outline_width, "color": first.outline or "rgba(0,0,0,0)"}
        look = {"fillcolor": first.fill, "fillrule": "nonzero", "line": outline}
    return {"type": "path", "path": path, "layer": "below", **look}


def _polygon(area: Area) -> str:
    return f"M{'L'.join(_pairs(area.points))}Z"


def _pairs(points: Points) -> list[str]:
    return [f"{_px(x)},{_px(y)}" for x, y in points.tolist()]


def _px(value: float) -> str:
    """A coordinate to a tenth of a px."""
    return f"{value:.1f}"


def _round(disc: Disc) -> str:
    """A disc as curves: the outline of a disc lies within it, that of an area on its edge."""
    radius = disc.radius - disc.outline_width / 2
    begin, *bends = _pairs(radius * CIRCLE + np.array((disc.x, disc.y)))
    # Plotly reads three points after a C and no more.
    curves = "".join(f"C{' '.join(bends[at : at + 3])}" for at in range(0, len(bends), 3))
    return f"M{begin}{curves}Z"


def _labels(labels: list[Label], colours: Palette) -> Part:
    return {
        "type": "scatter",
        "x": _pixels(label.x for label in labels),
        "y": _pixels(label.y for label in labels),
        "mode": "text",
        "text": [text.escape(label.text) for label in labels],
        "textposition": [POSITION[label.anchor] for label in labels],
        "textfont": {
            "family": text.FONT,
            "size": [label.size for label in labels],
            "color": [label.colour for label in labels],
            "weight": [700 if label.bold else 400 for label in labels],
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
        # A label is never selected: with a colour for that, Plotly leaves all others theirs.
        "selected": {"textfont": {"color": colours.ink}},
    }


def _turned(label: Label) -> Part:
    """A label that rises from where it starts: Plotly places the box around it."""
    half = label.size * 0.6 * np.cos(np.radians(label.turn))
    return {
        "x": round(label.x - label.size * 0.6 * np.sin(np.radians(label.turn)), 1),
        "y": round(label.y + half, 1),
        "text": text.escape(label.text),
        "textangle": -label.turn,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {
            "family": text.FONT,
            "size": label.size,
            "color": label.colour,
            "weight": 700 if label.bold else 400,
        },
    }


def _spots(spots: tuple[Spot, ...]) -> Part:
    clear = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "name": "spots",
        "x": _pixels(spot.x for spot in spots),
        "y": _pixels(spot.y for spot in spots),
        "mode": "markers",
        "marker": {
            "size": SPOT_SIZE,
            "color": rgba("#000000", 0.01),
            "opacity": 0,
            "maxdisplayed": 1,  # nobody sees them, and those that are not drawn are found as well
        },
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
