"""The exact influence of patterns that somebody else chose: drawn by hand, or another method's.

Walk up the given edges as refinement does, without choosing: through a node with all heads and
skip open, or by the one component that is named. Unlike refinement's own attention level, the
nodes above are open too, so that the influence after each edge is of what is chosen so far.
Paths that begin alike share the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from explainer.base.checks import instance, items, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.influence.components import row_of
from explainer.influence.tangents import Edges, Tangents
from explainer.influence.trace import Trace
from explainer.results.route import SKIP, Component, Edge, steps

Chosen = Sequence[Component | None] | None
Path = tuple[tuple[int, ...], tuple[Component | None, ...] | None]


@dataclass(frozen=True)
class Measured:
    """The influence of a pattern in logits, and after each of its edges (L values)."""

    influence: float
    trail: tuple[float, ...]


def measure(trace: Trace, nodes: Sequence[int], components: Chosen = None) -> Measured:
    """Influence of the pattern through `nodes` (L + 1 positions) by `components` (L entries).

    A component None leaves all heads and skip of that edge open. Raises ExplainerError for a path
    that is not one of the trace's.
    """
    return measure_all(trace, [(nodes, components)])[0]


def measure_all(trace: Trace, paths: Sequence[tuple[Sequence[int], Chosen]]) -> list[Measured]:
    """`measure` of several paths (nodes, components) at once, in their order."""
    instance("trace", trace, Trace, "what trace_text returns")
    paths = [chosen_path(nodes, components) for nodes, components in paths]
    for nodes, components in paths:
        _check(trace, nodes, components if components is not None else [None] * trace.n_layers)
    size = trace.paths_at_once()
    if 0 < len(paths) <= size:
        return _measure_batch(trace, paths)
    # Paths that begin alike go together, since they share the work.
    order = sorted(range(len(paths)), key=lambda place: tuple(paths[place][0]))
    found: dict[int, Measured] = {}
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        found |= zip(batch, _measure_batch(trace, [paths[p] for p in batch]), strict=True)
    return [found[place] for place in range(len(paths))]


def _measure_batch(trace: Trace, paths: Sequence[tuple[Sequence[int], Chosen]]) -> list[Measured]:
    chosen = [steps(nodes, components) for nodes, components in paths]
    trails: list[list[float]] = [[] for _ in paths]
    # The different beginnings of paths so far, each with its tangents; and each path's own.
    words = list(dict.fromkeys(nodes[0] for nodes, _ in paths))
    of_path = [words.index(nodes[0]) for nodes, _ in paths]
    tangents = Tangents.of_words(trace, words)
    for number in range(trace.n_layers):
        longer = {(of_path[i], path[number]): None for i, path in enumerate(chosen)}
        influences, tangents = tangents.along(_edges(list(longer)))
        order = {key: place for place, key in enumerate(longer)}
        of_path = [order[of_path[i], path[number]] for i, path in enumerate(chosen)]
        for trail, place in zip(trails, of_path, strict=True):
            trail.append(float(influences[place]))
    return [Measured(trail[-1], tuple(trail)) for trail in trails]


def _edges(taken: list[tuple[int, Edge]]) -> Edges:
    """Different edges, each out of the tangent of the given number."""
    return Edges(
        parent=torch.tensor([place for place, _ in taken]),
        target=torch.tensor([edge.target for _, edge in taken]),
        component=torch.tensor([row_of(edge.component) for _, edge in taken]),
    )


def chosen_path(nodes: Any, components: Any = None) -> Path:
    """The nodes and components that a caller gave, as plain values.

    Raises ExplainerError for what are no positions and no components.
    """
    positions = tuple(
        whole(f"path's nodes[{place}]", node, 0)
        for place, node in enumerate(items("path's nodes", nodes, "a list of positions"))
    )
    if components is None:
        return positions, None
    wanted = "a list of heads, 'skip' and None"
    return positions, tuple(
        component
        if component is None
        else one_of(f"path's components[{place}]", component, (SKIP,))
        if isinstance(component, str)
        else whole(f"path's components[{place}]", component, 0)
        for place, component in enumerate(items("path's components", components, wanted))
    )


def _check(trace: Trace, nodes: Sequence[int], components: Sequence[Component | None]) -> None:
    layers, n = trace.n_layers, trace.n_tokens
    if len(nodes) != layers + 1 or len(components) != layers:
        raise ExplainerError(
            f"The path has {len(nodes)} nodes and {len(components)} components, but the model has "
            f"{layers} blocks: give {layers + 1} nodes and {layers} components."
        )
    if not all(0 <= node < n for node in nodes) or nodes[-1] != trace.target:
        raise ExplainerError(
            f"The path {listed(nodes)} does not lead through tokens 0 to {n - 1} to the target "
            f"{trace.target}: change its nodes."
        )
    heads = trace.n_heads
    for step, component in enumerate(components):
        if component == SKIP and nodes[step] != nodes[step + 1]:
            raise ExplainerError(
                f"Step {step + 1} changes from token {nodes[step]} to {nodes[step + 1]}, which a "
                "skip connection cannot: choose a head."
            )
        if isinstance(component, int) and not 0 <= component < heads:
            raise ExplainerError(
                f"Step {step + 1} asks for head {shown(component)}, but a block has heads 0 to "
                f"{heads - 1}: choose one of them."
            )
