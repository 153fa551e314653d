"""What the inspector looks into: what is selected, else the strongest word’s strongest step."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.app.explore.rows import Rows
from explainer.figures import View
from explainer.figures.patterns.drawn import Drawn
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Node, Place


@dataclass(frozen=True)
class Subject:
    """A pattern and one of its steps, or a place that `passing` patterns pass; in tokens.

    `pattern` is None where a place is selected and no word, `edge` where that is a node.
    `selected` tells whether somebody has chosen it.
    """

    pattern: Pattern | None
    edge: Edge | None
    place: Place
    passing: tuple[Pattern, ...]
    selected: bool


def subject(rows: Rows, view: View, drawn: Drawn) -> Subject:
    """What to look into; the explanation has a pattern, and what is selected is there."""
    if not view.selects:
        return _strongest(rows, view, drawn)
    place = drawn.view.place
    passing = () if place is None else rows.passing(place, view.level)
    pattern = next((p for p in rows.tokens.patterns if p.source == view.selected), None)
    edge = None
    if pattern is not None:
        edge = _edge_of(pattern, view.place)
    elif isinstance(view.place, Edge):
        # By what is not told apart at the embedding level: the strongest pattern says it.
        edge = passing[0].edges("attention")[view.place.layer]
    looked_into: Place | None = edge or view.place
    assert looked_into is not None
    return Subject(pattern, edge, looked_into, passing, selected=True)


def _edge_of(pattern: Pattern, place: Place | None) -> Edge:
    """The step of a word's pattern that is selected, or leads to the selected node; else its
    strongest."""
    edges = pattern.edges("attention")
    if isinstance(place, Edge):
        return edges[place.layer]
    if isinstance(place, Node):
        return edges[max(0, place.layer - 1)]
    return strongest_step(pattern)


def _strongest(rows: Rows, view: View, drawn: Drawn) -> Subject:
    """The strongest word that is drawn, if any is, with the step at which most is carried."""
    words = drawn.of_tokens or rows.tokens.patterns
    # The word that the headline names: of a word with several patterns, the one that carries most.
    pattern = max(words, key=lambda p: (abs(p.influence), abs(p.value(view.level))))
    edge = strongest_step(pattern)
    return Subject(pattern, edge, edge, (), selected=False)


def strongest_step(pattern: Pattern) -> Edge:
    """The step at which a head moves most of a word's influence elsewhere.

    Without such a step, that at which a head keeps most at its place, and without any head the
    first.
    """

    def rank(step: tuple[Edge, float]) -> tuple[bool, bool, float]:
        edge, carried = step
        return edge.component != SKIP, edge.source != edge.target, abs(carried)

    edges = pattern.edges("attention")
    return max(zip(edges, pattern.attention_trail, strict=True), key=rank)[0]
