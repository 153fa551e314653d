"""A cut in the graph: what was taken away, struck out, and Q before and after at the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explainer.base.numbers import signed
from explainer.figures.canvas import text
from explainer.figures.canvas.frame import Frame
from explainer.figures.canvas.palette import Palette
from explainer.figures.canvas.scene import Item, Label, Line, Spot
from explainer.figures.patterns import endings
from explainer.results.explanation import Explanation
from explainer.results.route import Edge, Node, Place

STROKE = 9.0
"""px that a stroke goes to each side of what it strikes out, both ways."""


@dataclass(frozen=True)
class Cut:
    """A model without some of its parts: what it is called, and its Q in logits.

    `place` is the node or step that was taken away; where `everywhere`, the step's head or skip
    connection, at all places of its block. None where whole patterns were.
    """

    name: str
    value: float
    place: Place | None = None
    everywhere: bool = False

    def says(self, explanation: Explanation) -> str:
        """Q before and after, in words."""
        before, after = signed(explanation.target.value), signed(self.value)
        return f"{self.name}: Q goes from {before} to {after}."

    def strikes(self, spot: Spot) -> bool:
        """Whether what a spot stands for was taken away."""
        if isinstance(self.place, Node):
            return spot.kind == "node" and (spot.layer, spot.source) == self.place
        if self.place is None or spot.kind != "edge":
            return False
        edge = Edge(spot.layer, spot.source, spot.target, spot.component)
        if edge.component is None:  # by what is not told apart where only nodes are drawn
            return edge[:3] == self.place[:3]
        if self.everywhere:
            return (edge.layer, edge.component) == (self.place.layer, self.place.component)
        return edge == self.place


def marks(
    cut: Cut | None,
    explanation: Explanation,
    spots: Sequence[Spot],
    frame: Frame,
    colours: Palette,
) -> list[Item]:
    """The strokes, and below the answer Q as it is and Q after the cut."""
    if cut is None:
        return []
    struck: dict[tuple[object, ...], list[Spot]] = {}
    for spot in spots:
        if cut.strikes(spot):
            struck.setdefault((spot.layer, spot.source, spot.target), []).append(spot)
    items: list[Item] = []
    for found in struck.values():
        # Of a step the last spot is its head's pill; a skip connection is struck in its middle.
        spot = found[-1] if isinstance(found[-1].component, int) else found[len(found) // 2]
        items += [
            Line(spot.x - STROKE, spot.y + STROKE, spot.x + STROKE, spot.y - STROKE, colour, width)
            for colour, width in ((colours.surface, 6.0), (colours.ink, 2.6))
        ]
    y = endings.free_below(explanation, frame, 2)
    if frame.answer is None or y is None:
        return items
    before, after = signed(explanation.target.value), f"→ {signed(cut.value)}"
    return [
        *items,
        _number(before, y + endings.LINE, frame, colours.muted),
        _number(after, y + 2 * endings.LINE, frame, colours.ink),
    ]


def _number(says: str, y: float, frame: Frame, colour: str) -> Label:
    """A number below the answer, as far to the left as its width asks for."""
    assert frame.answer is not None
    x = min(frame.answer, frame.width - text.width(says, text.SMALL) - 4)
    return Label(x, y, says, colour, text.SMALL, "start")
