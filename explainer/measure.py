"""The exact influence of a pattern that somebody else chose: drawn by hand, or another method's.

Walk up the given steps as refinement does, without choosing: through a node with all heads and
skip open, or by the one component that is named. Unlike refinement's own attention level, the
nodes above are open too, so that the influence after each step is of what is chosen so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explainer import jacobian
from explainer.errors import ExplainerError
from explainer.pattern import SKIP, Component
from explainer.trace import Layer, Trace


@dataclass(frozen=True)
class Measured:
    """The influence of a pattern in logits, and after each of its steps (L values)."""

    influence: float
    trail: tuple[float, ...]


def measure(
    trace: Trace, nodes: Sequence[int], components: Sequence[Component | None] | None = None
) -> Measured:
    """Influence of the pattern through `nodes` (L + 1 positions) by `components` (L entries).

    A component None leaves all heads and skip of that step open. Raises ExplainerError for a path
    that is not one of the trace's.
    """
    chosen = list(components) if components is not None else [None] * trace.n_layers
    _check(trace, nodes, chosen)
    trail = []
    tangents = [piece.tangent[:, nodes[0] : nodes[0] + 1] for piece in trace.pieces]
    for number, component in enumerate(chosen):
        source, target = torch.tensor([nodes[number]]), torch.tensor([nodes[number + 1]])
        influence, moved = 0.0, []
        for piece, T in zip(trace.pieces, tangents, strict=True):
            layer = piece.layer(number)
            projected = jacobian.project(layer.block, T)
            heads, skip = jacobian.component_scores(layer, piece.weights, projected, source)
            row = int(layer.row_of(target))
            influence += _score(heads[:, 0, row], skip[0, row], component)
            if number < trace.n_layers - 1:
                moved.append(_move(layer, projected, source, target, component))
        trail.append(influence)
        tangents = moved
    return Measured(trail[-1], tuple(trail))


def _score(heads: Tensor, skip: Tensor, component: Component | None) -> float:
    """The influence of one step from those of all its components."""
    if component is None:
        return float(heads.sum() + skip)
    return float(skip if component == SKIP else heads[component])


def _move(
    layer: Layer,
    projected: jacobian.Projected,
    source: Tensor,
    target: Tensor,
    component: Component | None,
) -> Tensor:
    if component is None:
        return jacobian.move_to_node(layer, projected, source, target)
    head = torch.tensor([-1 if component == SKIP else component])
    return jacobian.move_by_component(layer, projected.T, source, target, head)


def _check(trace: Trace, nodes: Sequence[int], components: Sequence[Component | None]) -> None:
    layers, n = trace.n_layers, trace.n_tokens
    if len(nodes) != layers + 1 or len(components) != layers:
        raise ExplainerError(
            f"The path has {len(nodes)} nodes and {len(components)} components, but the model has "
            f"{layers} blocks: give {layers + 1} nodes and {layers} components."
        )
    if not all(0 <= node < n for node in nodes) or nodes[-1] != trace.target:
        raise ExplainerError(
            f"The path {list(nodes)} does not lead through tokens 0 to {n - 1} to the target "
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
                f"Step {step + 1} asks for head {component}, but a block has heads 0 to "
                f"{heads - 1}: choose one of them."
            )
