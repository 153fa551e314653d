"""The nodes and edges that somebody wants to take away."""

from __future__ import annotations

from typing import Any

from explainer.base.checks import one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.intervention.ablate import Kept
from explainer.results.route import SKIP, Edge, Node, Place


def checked_place(place: Any, kept: Kept) -> Place:
    """A node or an edge that can be taken away; without a last hidden state there is no output.

    Raises ExplainerError for one that is not in the model and sentence.
    """
    layers, heads, n = kept.heads.shape
    if isinstance(place, Node):
        whole("node's layer", place.layer, 0, layers - 1)
        whole("node's position", place.position, 0, n - 1)
        return place
    if not isinstance(place, Edge):
        raise ExplainerError(f"What is cut is {shown(place)}: give a Route, a Node or an Edge.")
    whole("edge's layer", place.layer, 0, layers - 1)
    whole("edge's source", place.source, 0, n - 1)
    whole("edge's target", place.target, 0, n - 1)
    if isinstance(place.component, str):
        one_of("edge's component", place.component, (SKIP,))
    elif place.component is not None:
        whole("edge's component", place.component, 0, heads - 1)
    return place
