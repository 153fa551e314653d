"""The component on each edge of given nodes, chosen block by block (steps 5 and 6 of `refine`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.checkpoint import part, steps
from explainer.influence.cotangents import Cotangents, batches
from explainer.influence.edges.components import SKIP_ROW, component_of
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.models.shapes import Float, Int
from explainer.results.pattern import HeadParts
from explainer.results.route import Component

Choice = Callable[[int, Sequence[int], Float[Tensor, "component path"]], Int[Tensor, " path"]]
"""The row of the component that each path takes through a block, given the block's number, the
paths' numbers and the influence by every component."""
PULL_SHARE = 0.37
"""What pulling cotangents back takes of it."""


@dataclass(frozen=True)
class ComponentsSoFar:
    """The components chosen for the first l edges along nodes, and the influence after each.

    `candidates` has a row per edge: the influence by skip and by every head; `parts` says how the
    chosen head carries its own, None for skip, and `candidate_parts`, where asked for, how every
    head does. No `Route`, which names a component for every edge or for none.
    """

    components: tuple[Component, ...] = ()
    trail: tuple[float, ...] = ()
    candidates: tuple[tuple[float, ...], ...] = ()
    parts: tuple[HeadParts | None, ...] = ()
    candidate_parts: tuple[tuple[HeadParts, ...], ...] = ()

    def longer(
        self,
        row: int,
        candidates: Sequence[float],
        parts: Sequence[float],
        every: Sequence[Sequence[float]] | None,
    ) -> ComponentsSoFar:
        """With one edge more, by the component of `row`; `every` head's parts where asked for."""
        known = () if every is None else (tuple(HeadParts(*head) for head in every),)
        return ComponentsSoFar(
            (*self.components, component_of(row)),
            (*self.trail, candidates[row]),
            (*self.candidates, tuple(candidates)),
            (*self.parts, None if row == SKIP_ROW else HeadParts(*parts)),
            (*self.candidate_parts, *known),
        )


def refine_components(
    trace: Trace,
    paths: list[tuple[int, ...]],
    candidates: bool = False,
    start: Tangents | None = None,
) -> list[ComponentsSoFar]:
    """The greedy choice of one component on every edge of each path of nodes (L + 1 positions).

    `start` is as in `components_along`.
    """
    influence = trace.influence

    def strongest(number: int, chosen: Sequence[int], scores: Tensor) -> Tensor:
        ours = [paths[place] for place in chosen]
        signed = scores * scores.new_tensor([1.0 if influence[p[0]] > 0 else -1.0 for p in ours])
        # Skip cannot change position: there it is no candidate, whatever the heads' signs.
        moves = torch.tensor([path[number] != path[number + 1] for path in ours])
        signed[SKIP_ROW, moves.to(trace.device)] = -torch.inf
        return signed.argmax(0)

    return components_along(trace, paths, strongest, candidates, start)


def components_along(
    trace: Trace,
    paths: list[tuple[int, ...]],
    choose: Choice,
    candidates: bool = False,
    start: Tangents | None = None,
) -> list[ComponentsSoFar]:
    """Walk up each path of nodes (L + 1 positions) by one component after the other.

    `choose` gives the row of every path's component from the influences by all of them, block by
    block; above the block, all heads and skip along the path's nodes are open. `candidates` keeps
    the parts of every head; `start` may have the tangents of the paths' words, each path's once.
    """
    found: dict[int, ComponentsSoFar] = {}
    for batch in batches(trace, paths):
        numbers, behind = batch.numbers, len(found)
        trace.make_room(batch.vectors)
        with part(behind / len(paths), (behind + len(numbers)) / len(paths)):
            ours = [paths[number] for number in numbers]
            known = start if len(numbers) == len(paths) else None
            longer = _along(trace, ours, numbers, choose, candidates, known)
        found |= zip(numbers, longer, strict=True)
    return [found[place] for place in range(len(paths))]


def _along(
    trace: Trace,
    paths: Sequence[tuple[int, ...]],
    numbers: Sequence[int],
    choose: Choice,
    candidates: bool,
    start: Tangents | None,
) -> list[ComponentsSoFar]:
    """The same of paths, of these `numbers`, whose cotangents are there at once."""
    with part(0.0, PULL_SHARE):
        cotangents = Cotangents.along(trace, paths)
    found = [ComponentsSoFar() for _ in paths]
    words = [path[0] for path in paths]
    if start is None or start.source.tolist() != words:
        start = Tangents.of_words(trace, words)
    tangents = start
    for number in steps(range(trace.n_layers), PULL_SHARE):
        parts, carried = cotangents.scores(tangents)
        scores = parts.by_component()
        chosen = choose(number, numbers, scores)
        every = parts.by_head().permute(2, 1, 0).tolist() if candidates else [None] * len(paths)
        taken = (chosen.tolist(), scores.T.tolist(), parts.of_heads(chosen).T.tolist(), every)
        found = [path.longer(*step) for path, *step in zip(found, *taken, strict=True)]
        tangents = carried.by_components(chosen)
    return found
