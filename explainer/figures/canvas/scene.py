"""A drawing as plain shapes in px, from the back to the front; drawn by `graph.py` and `svg.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from explainer.figures.canvas.curves import Points
from explainer.results.route import Component

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, eq=False)
class Area:
    """A filled polygon, with an outline where `outline` is a colour."""

    points: Points
    fill: str
    outline: str | None = None
    outline_width: float = 0.0


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    colour: str
    width: float = 1.0


@dataclass(frozen=True)
class Disc:
    """A circle with an outline; `radius` includes it."""

    x: float
    y: float
    radius: float
    fill: str
    outline: str
    outline_width: float


@dataclass(frozen=True)
class Label:
    """One line of text, centred on y; `turn` is by how many degrees it rises from where it starts,
    which only text that starts there does."""

    x: float
    y: float
    text: str
    colour: str
    size: float
    anchor: Anchor = "middle"
    bold: bool = False
    turn: float = 0.0


@dataclass(frozen=True)
class Spot:
    """A place to point at and to click: what it stands for, and what to say of it.

    `word` is the source word that a click selects (None: none). For an edge `layer`, `source`,
    `target` and `component` are the edge's; for a node its layer and, twice, its position; for a
    token layer 0 and its position.
    """

    x: float
    y: float
    kind: Literal["token", "node", "edge", "flow", "point"]
    word: int | None
    layer: int
    source: int
    target: int
    component: Component | None
    says: tuple[str, ...]


Item = Area | Line | Disc | Label


@dataclass(frozen=True)
class Scene:
    """Everything that is drawn: `stages` from the back to the front, sizes in px.

    `scale` is the width in px of one logit, `hidden_flows` the number of overlay bands left out.
    """

    width: float
    height: float
    scale: float
    stages: tuple[tuple[Item, ...], ...]
    spots: tuple[Spot, ...]
    hidden_flows: int
