"""Guided pattern refinement, first through nodes, then through heads and skip connections.

Embedding level, for every source word j with g_j ≠ 0:
1. start at node (0, j) with the tangent towards x_j − b_j;
2. score every next node by the influence of the pattern refined by it, times the sign of g_j;
3. keep the best `top_k` partial patterns of the word, move their tangents there, go on;
4. the last node is the target, and what came to H[L − 1] is what goes on to it.

Attention level, with the nodes fixed:
5. pull ∂Q/∂H[L] back along each pattern's nodes, all heads and skip open, sharing the work of
   patterns that end alike;
6. walk up again, score every component by ⟨tangent, cotangent⟩, keep the best, a tie going to
   skip, and move the tangent by that component alone.

Where nodes and components are searched together (`joint`), both levels are walked through as
above, but along what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.base.checkpoint import checkpoint, part, steps
from explainer.influence.cotangents import Cotangents
from explainer.influence.edges.components import SKIP_ROW, component_of, row_of
from explainer.influence.joint import of_different_nodes, refine_edges
from explainer.influence.measure import follow_routes
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Followed, Trace
from explainer.models.shapes import Float, Int
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import Component, Route

Choice = Callable[[int, Float[Tensor, "component path"]], Int[Tensor, " path"]]
"""The row of the component that each path takes through a block, given the block's number and the
influence by every component."""
NODES_SHARE, PULL_SHARE = 0.43, 0.33
"""What choosing nodes takes of a refinement, and pulling back of what is left after that."""


@dataclass(frozen=True)
class Search:
    """How patterns are searched, and what is kept of them.

    Of each word `top_k` at most, of the `most` strongest words, or of all for None. With a `beam`
    nodes and components are searched together (`joint`), and of so many ways the best of different
    nodes are kept. `candidates` keeps the parts of every head, not those of the chosen ones alone.
    """

    top_k: int
    most: int | None = None
    beam: int | None = None
    candidates: bool = False

    @property
    def width(self) -> int:
        """How many partial patterns of a word are followed."""
        return self.beam or self.top_k


@dataclass(frozen=True)
class NodesSoFar:
    """The positions chosen at H[0] … H[l], and the influence after each choice (l values).

    No `Route`, which leads all the way to H[L].
    """

    nodes: tuple[int, ...]
    trail: tuple[float, ...]


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


def refine(
    trace: Trace,
    tokens: tuple[str, ...],
    top_k: int,
    most: int | None = None,
    beam: int | None = None,
    candidates: bool = False,
) -> tuple[Pattern, ...]:
    """Patterns of every word with influence, strongest |g| first; the rest is as in `Search`."""
    (patterns,) = refine_texts(trace, [tokens], Search(top_k, most, beam, candidates))
    return patterns


def refine_texts(
    trace: Trace, tokens: Sequence[tuple[str, ...]], search: Search
) -> list[tuple[Pattern, ...]]:
    """`refine` of every text of a trace, each with its own tokens."""
    words = [j for text in trace.texts for j in _strongest(text, search.most)]
    return refine_words(trace, tokens, words, search)


def refine_words(
    trace: Trace, tokens: Sequence[tuple[str, ...]], words: Sequence[int], search: Search
) -> list[tuple[Pattern, ...]]:
    """The same of the `words` at these positions of the trace, all of which have influence."""
    influence = trace.influence
    patterns: list[list[Pattern]] = [[] for _ in trace.texts]
    size = max(1, trace.plan.paths // search.width)
    for start in range(0, len(words), size):
        batch = list(words[start : start + size])
        with part(start / len(words), (start + len(batch)) / len(words)):
            found, carried = _refined(trace, batch, search)
        for nodes, components in zip(found, carried, strict=True):
            number, text = trace.text_of(nodes.nodes[0])
            within = tuple(node - text.start for node in nodes.nodes)
            patterns[number].append(
                Pattern(
                    token=tokens[number][within[0]],
                    influence=influence[nodes.nodes[0]],
                    nodes=within,
                    embedding_influence=nodes.trail[-1],
                    embedding_trail=nodes.trail,
                    components=components.components,
                    attention_influence=components.trail[-1],
                    attention_trail=components.trail,
                    attention_candidates=components.candidates,
                    attention_parts=components.parts,
                    candidate_parts=components.candidate_parts,
                )
            )
    return [tuple(sorted(some, key=lambda p: -abs(p.influence))) for some in patterns]


def _refined(
    trace: Trace, words: list[int], search: Search
) -> tuple[list[NodesSoFar], list[ComponentsSoFar]]:
    """The nodes and the components of each pattern of `words`, word by word."""
    if search.beam is not None:
        return _refined_together(trace, words, search.beam, search)
    with part(0.0, NODES_SHARE):
        start = Tangents.of_words(trace, words) if trace.plan.roomy else None
        found = refine_nodes(trace, words, search.top_k, start)
    with part(NODES_SHARE, 1.0):
        along = [path.nodes for path in found]
        return found, refine_components(trace, along, search.candidates, start)


def _refined_together(
    trace: Trace, words: list[int], beam: int, search: Search
) -> tuple[list[NodesSoFar], list[ComponentsSoFar]]:
    """The same with nodes and components from one search; then both levels along them."""
    found_at = beam / (beam + search.top_k / NODES_SHARE)
    with part(0.0, found_at):
        ways = of_different_nodes(refine_edges(trace, words, beam), search.top_k)
    along = [way.nodes for way in ways]
    nodes_at = found_at + NODES_SHARE * (1.0 - found_at)
    with part(found_at, nodes_at):
        measured = follow_routes(trace, [Route(nodes, None) for nodes in along])
    found = [NodesSoFar(nodes, m.trail) for nodes, m in zip(along, measured, strict=True)]

    def given(number: int, _: Tensor) -> Tensor:
        return trace.index([row_of(way.components[number]) for way in ways])

    with part(nodes_at, 1.0):
        return found, components_along(trace, along, given, search.candidates)


def _strongest(text: Followed, most: int | None) -> list[int]:
    """The positions of a text's words with influence: all of them, or the strongest."""
    words = [j for j, g in enumerate(text.influence) if g != 0]
    if most is not None:
        words = sorted(sorted(words, key=lambda j: -abs(text.influence[j]))[:most])
    return [text.start + j for j in words]


def refine_nodes(
    trace: Trace, words: list[int], top_k: int, start: Tangents | None = None
) -> list[NodesSoFar]:
    """The best `top_k` paths of nodes from each of `words`, strongest first, word by word.

    `start` has the tangents of the words, where somebody else needs them too.
    """
    paths = [NodesSoFar((word,), ()) for word in words]
    tangents = Tangents.of_words(trace, words) if start is None else start
    last_choice = trace.n_layers - 2
    for number in steps(range(trace.n_layers - 1)):
        parents, paths = _choose_nodes(trace, paths, tangents.node_scores().cpu().numpy(), top_k)
        if number < last_choice:
            target = trace.index([path.nodes[-1] for path in paths])
            tangents = tangents.to_nodes(parents, target)
    return [_ended(trace, path) for path in paths]


def _ended(trace: Trace, path: NodesSoFar) -> NodesSoFar:
    """The path with its last node, the target of its text.

    Of the last block nobody else's row counts, so that all the influence that came to H[L − 1], a
    word's own where that is H[0], goes on there.
    """
    word = path.nodes[0]
    influence = path.trail[-1] if path.trail else trace.influence[word]
    _, text = trace.text_of(word)
    return NodesSoFar((*path.nodes, text.target), (*path.trail, influence))


def _choose_nodes(
    trace: Trace, paths: list[NodesSoFar], scores: NDArray[np.floating], top_k: int
) -> tuple[list[int], list[NodesSoFar]]:
    """The best refinements of each word among those of all its partial patterns, best first.

    `scores` [path, to] are influences. The next node is one of the word's own text. Among equals
    the better pattern so far goes first, then the earlier token.
    """
    parents, refined = [], []
    for word, group in groupby(range(len(paths)), key=lambda number: paths[number].nodes[0]):
        checkpoint()
        ours = list(group)
        _, text = trace.text_of(word)
        own = scores[ours[0] : ours[-1] + 1, text.start : text.stop]
        signed = own.ravel() if trace.influence[word] > 0 else -own.ravel()
        best = [signed.argmax()] if top_k == 1 else np.argsort(-signed, kind="stable")[:top_k]
        for place in best:
            which, to = divmod(int(place), text.stop - text.start)
            path, node = paths[ours[which]], text.start + to
            parents.append(ours[which])
            refined.append(NodesSoFar((*path.nodes, node), (*path.trail, float(own[which, to]))))
    return parents, refined


def refine_components(
    trace: Trace,
    paths: list[tuple[int, ...]],
    candidates: bool = False,
    start: Tangents | None = None,
) -> list[ComponentsSoFar]:
    """The greedy choice of one component on every edge of each path of nodes (L + 1 positions).

    `start` may have the tangents of their words, each word's once.
    """
    influence = trace.influence
    signs = torch.tensor([1.0 if influence[path[0]] > 0 else -1.0 for path in paths])
    signs = signs.to(trace.device)

    def strongest(number: int, scores: Tensor) -> Tensor:
        signed = scores * signs
        # Skip cannot change position: there it is no candidate, whatever the heads' signs.
        moves = torch.tensor([path[number] != path[number + 1] for path in paths])
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
    the parts of every head; `start` is as in `refine_components`.
    """
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
        chosen = choose(number, scores)
        every = parts.by_head().permute(2, 1, 0).tolist() if candidates else [None] * len(paths)
        numbers = (chosen.tolist(), scores.T.tolist(), parts.of_heads(chosen).T.tolist(), every)
        found = [path.longer(*step) for path, *step in zip(found, *numbers, strict=True)]
        tangents = carried.by_components(chosen)
    return found
