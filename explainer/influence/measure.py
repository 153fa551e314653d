"""The exact influence of patterns that somebody else chose: drawn by hand, or another method's.

Walk up the given steps as refinement does, without choosing: through a node with all heads and
skip open, or by the one component that is named. Unlike refinement's own attention level, the
nodes above are open too, so that the influence after each step is of what is chosen so far.
Paths that begin alike share the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from explainer.base.checks import instance, items, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.influence import jacobian
from explainer.influence.trace import Layer, Trace
from explainer.results.route import SKIP, Component, Edge, steps

Chosen = Sequence[Component | None] | None
BATCH_BYTES = 64 * 2**20
"""Paths are measured in batches whose largest temporary should fit in this."""
Path = tuple[tuple[int, ...], tuple[Component | None, ...] | None]
OPEN, BY_SKIP = -2, -1
"""Stand for all components, and for skip, beside the numbers of heads."""


@dataclass(frozen=True)
class Measured:
    """The influence of a pattern in logits, and after each of its steps (L values)."""

    influence: float
    trail: tuple[float, ...]


def measure(trace: Trace, nodes: Sequence[int], components: Chosen = None) -> Measured:
    """Influence of the pattern through `nodes` (L + 1 positions) by `components` (L entries).

    A component None leaves all heads and skip of that step open. Raises ExplainerError for a path
    that is not one of the trace's.
    """
    return measure_all(trace, [(nodes, components)])[0]


def measure_all(trace: Trace, paths: Sequence[tuple[Sequence[int], Chosen]]) -> list[Measured]:
    """`measure` of several paths (nodes, components) at once, in their order."""
    instance("trace", trace, Trace, "what trace_text returns")
    paths = [chosen_path(nodes, components) for nodes, components in paths]
    for nodes, components in paths:
        _check(trace, nodes, components if components is not None else [None] * trace.n_layers)
    size = _paths_per_batch(trace)
    if 0 < len(paths) <= size:
        return _measure_batch(trace, paths)
    # Paths that begin alike go together, since they share the work.
    order = sorted(range(len(paths)), key=lambda place: tuple(paths[place][0]))
    found: dict[int, Measured] = {}
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        found |= zip(batch, _measure_batch(trace, [paths[p] for p in batch]), strict=True)
    return [found[place] for place in range(len(paths))]


def _paths_per_batch(trace: Trace) -> int:
    piece = trace.pieces[0]
    steps = sum(len(p.weights) for p in trace.pieces)
    block = piece.adapter.blocks[0]
    d_ff, d_model = block.W_1.shape
    in_piece = len(piece.weights) * max(d_ff, block.n_heads * trace.n_tokens)
    in_all = steps * 4 * d_model
    return int(max(1, BATCH_BYTES // (piece.adapter.dtype.itemsize * max(in_piece, in_all))))


def _measure_batch(trace: Trace, paths: Sequence[tuple[Sequence[int], Chosen]]) -> list[Measured]:
    edges = [steps(nodes, components) for nodes, components in paths]
    trails: list[list[float]] = [[] for _ in paths]
    # The different beginnings of paths so far, each with its tangents; and each path's own.
    begun = list(dict.fromkeys(nodes[0] for nodes, _ in paths))
    source = torch.tensor(begun)
    of_path = [begun.index(nodes[0]) for nodes, _ in paths]
    tangents = [piece.tangent.index_select(1, source) for piece in trace.pieces]
    for number in range(trace.n_layers):
        longer = {(of_path[i], path[number]): None for i, path in enumerate(edges)}
        step = _Step.of(list(longer), source)
        order = {key: place for place, key in enumerate(longer)}
        influences = torch.zeros(len(longer), dtype=torch.float64)
        moved = []
        for piece, T in zip(trace.pieces, tangents, strict=True):
            layer = piece.layer(number)
            projected = jacobian.project(layer.block, T)
            scores = jacobian.component_scores(layer, piece.weights, projected, source)
            influences += step.pick(layer, *scores).double()
            if number < trace.n_layers - 1:
                moved.append(step.move(layer, projected))
        of_path = [order[of_path[i], path[number]] for i, path in enumerate(edges)]
        for trail, place in zip(trails, of_path, strict=True):
            trail.append(float(influences[place]))
        source, tangents = step.target, moved
    return [Measured(trail[-1], tuple(trail)) for trail in trails]


@dataclass(frozen=True, eq=False)
class _Step:
    """Different steps out of the tangents of one layer, all of them [step taken]."""

    parent: Tensor  # which tangent
    source: Tensor
    target: Tensor
    component: Tensor  # a head, or OPEN or BY_SKIP

    @staticmethod
    def of(taken: list[tuple[int, Edge]], source: Tensor) -> _Step:
        parent = torch.tensor([place for place, _ in taken])
        return _Step(
            parent=parent,
            source=source[parent],
            target=torch.tensor([edge.target for _, edge in taken]),
            component=torch.tensor([_number(edge.component) for _, edge in taken]),
        )

    def pick(self, layer: Layer, heads: Tensor, skip: Tensor) -> Tensor:
        """The influence of each step from those of all components, [head, tangent, to] and skip."""
        row = layer.row_of(self.target)
        by_head, by_skip = heads[:, self.parent, row], skip[self.parent, row]
        one = by_head.gather(0, self.component.clamp(min=0).unsqueeze(0))[0]
        closed = torch.where(self.component == BY_SKIP, by_skip, one)
        return torch.where(self.component == OPEN, by_head.sum(0) + by_skip, closed)

    def move(self, layer: Layer, projected: jacobian.Projected) -> Tensor:
        """The tangents [step, step taken, d_model] at the targets."""
        T = projected.T.index_select(1, self.parent)
        (by_all,) = torch.nonzero(self.component == OPEN, as_tuple=True)
        (by_one,) = torch.nonzero(self.component != OPEN, as_tuple=True)
        if len(by_one):
            T[:, by_one] = jacobian.move_by_component(
                layer,
                T[:, by_one],
                self.source[by_one],
                self.target[by_one],
                self.component[by_one],
            )
        if len(by_all):
            opened = projected.select(self.parent[by_all])
            T[:, by_all] = jacobian.move_to_node(
                layer, opened, self.source[by_all], self.target[by_all]
            )
        return T


def _number(component: Component | None) -> int:
    if component is None:
        return OPEN
    return BY_SKIP if component == SKIP else int(component)


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
    heads = trace.pieces[0].adapter.blocks[0].n_heads
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
