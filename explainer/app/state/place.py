"""A node or a step in a link: `4,7` is token 7 at hidden state 4, `3,2,7,skip` a step of block 3.

A step names its block, where it starts and ends, and what carries it: `skip`, the number of a
head, or `any`.
"""

from __future__ import annotations

from explainer.results.route import SKIP, Component, Edge, Node, Place

LONGEST = 6
"""Digits of a number at most."""


def written_place(place: Place) -> str:
    """The place as a link has it."""
    if isinstance(place, Node):
        return f"{place.layer},{place.position}"
    by = "any" if place.component is None else place.component
    return f"{place.layer},{place.source},{place.target},{by}"


def read_place(text: str) -> Place:
    """The inverse of `written_place`; raises ValueError for what is no place."""
    parts = text.split(",")
    if len(parts) == 2:
        return Node(*map(_number, parts))
    layer, source, target, by = parts
    edge = Edge(_number(layer), _number(source), _number(target), read_component(by))
    if edge.component == SKIP and edge.source != edge.target:
        raise ValueError(text)
    return edge


def read_component(text: str) -> Component | None:
    """What carries a step; None for `any`; raises ValueError."""
    if text == "any":
        return None
    return SKIP if text == SKIP else _number(text)


def _number(text: str) -> int:
    if len(text) > LONGEST or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)
