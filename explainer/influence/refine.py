"""Guided pattern refinement, first through nodes, then through heads and skip connections.

Embedding level, for every source word j with g_j ≠ 0:
1. start at node (0, j) with the tangent towards x_j − b_j;
2. score every next node by the influence of the pattern refined by it, times the sign of g_j;
3. keep the best `top_k` partial patterns of the word, move their tangents there, go on;
4. the last node is the target.

Attention level, with the nodes fixed:
5. pull ∂Q/∂H[L] back along each pattern's nodes, all heads and skip open, sharing the work of
   patterns that end alike;
6. walk up again, score every component by ⟨tangent, cotangent⟩, keep the best, a tie going to
   skip, and move the tangent by that component alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from explainer.base.checkpoint import checkpoint
from explainer.influence.components import SKIP_ROW, component_of
from explainer.influence.cotangents import Cotangents
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.results.pattern import Pattern
from explainer.results.route import Component


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

    `candidates` has a row per edge: the influence by skip and by every head. No `Route`, which
    names a component for every edge or for none.
    """

    components: tuple[Component, ...]
    trail: tuple[float, ...]
    candidates: tuple[tuple[float, ...], ...]


def refine(trace: Trace, tokens: tuple[str, ...], top_k: int) -> tuple[Pattern, ...]:
    """Patterns of every word with influence, strongest |g| first, `top_k` of each at most."""
    influence = trace.influence
    words = [j for j, g in enumerate(influence) if g != 0]
    patterns: list[Pattern] = []
    size = max(1, trace.plan.paths // top_k)
    for start in range(0, len(words), size):
        found = refine_nodes(trace, words[start : start + size], top_k)
        carried = refine_components(trace, [path.nodes for path in found])
        patterns.extend(
            Pattern(
                token=tokens[nodes.nodes[0]],
                influence=influence[nodes.nodes[0]],
                nodes=nodes.nodes,
                embedding_influence=nodes.trail[-1],
                embedding_trail=nodes.trail,
                components=components.components,
                attention_influence=components.trail[-1],
                attention_trail=components.trail,
                attention_candidates=components.candidates,
            )
            for nodes, components in zip(found, carried, strict=True)
        )
    return tuple(sorted(patterns, key=lambda p: -abs(p.influence)))


def refine_nodes(trace: Trace, words: list[int], top_k: int) -> list[NodesSoFar]:
    """The best `top_k` paths of nodes from each of `words`, strongest first, word by word."""
    paths = [NodesSoFar((word,), ()) for word in words]
    tangents = Tangents.of_words(trace, words)
    for _ in range(trace.n_layers):
        parents, paths = _choose_nodes(trace, paths, tangents.node_scores().tolist(), top_k)
        target = trace.index([path.nodes[-1] for path in paths])
        tangents = tangents.to_nodes(trace.index(parents), target)
    return paths


def _choose_nodes(
    trace: Trace, paths: list[NodesSoFar], scores: list[list[float]], top_k: int
) -> tuple[list[int], list[NodesSoFar]]:
    """The best refinements of each word among those of all its partial patterns, best first.

    `scores` [path][to] are influences; at the last block the only next node is the target.
    """
    by_word: dict[int, list[tuple[float, int, int]]] = {}
    for parent, path in enumerate(paths):
        word = path.nodes[0]
        sign = 1.0 if trace.influence[word] > 0 else -1.0
        last = len(path.nodes) == trace.n_layers
        for row, score in enumerate(scores[parent]):
            node = trace.target if last else row
            by_word.setdefault(word, []).append((-sign * score, parent, node))
    parents, refined = [], []
    for word, candidates in by_word.items():
        checkpoint()
        sign = 1.0 if trace.influence[word] > 0 else -1.0
        for score, parent, node in sorted(candidates)[:top_k]:
            path = paths[parent]
            parents.append(parent)
            refined.append(NodesSoFar((*path.nodes, node), (*path.trail, -sign * score)))
    return parents, refined


def refine_components(trace: Trace, paths: list[tuple[int, ...]]) -> list[ComponentsSoFar]:
    """The greedy choice of one component on every edge of each path of nodes (L + 1 positions)."""
    cotangents = Cotangents.along(trace, paths)
    influence = trace.influence
    signs = torch.tensor([1.0 if influence[path[0]] > 0 else -1.0 for path in paths])
    signs = signs.to(trace.device)
    found = [ComponentsSoFar((), (), ()) for _ in paths]
    tangents = Tangents.of_words(trace, [path[0] for path in paths])
    for number in range(trace.n_layers):
        parts, carried = cotangents.scores(tangents)
        scores = parts.by_component()
        target = trace.index([path[number + 1] for path in paths])
        signed = scores * signs
        # Skip cannot change position: there it is no candidate, whatever the heads' signs.
        signed[SKIP_ROW, tangents.source != target] = -torch.inf
        best = signed.argmax(0)
        found = [
            ComponentsSoFar(
                (*path.components, component_of(row)),
                (*path.trail, candidates[row]),
                (*path.candidates, tuple(candidates)),
            )
            for path, row, candidates in zip(found, best.tolist(), scores.T.tolist(), strict=True)
        ]
        tangents = carried.by_components(best)
    return found
