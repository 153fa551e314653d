"""Paths of high attention from a word to the target: greedy, beam, and the best of all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from explainer.results.route import SKIP, Component
from explainer.rivals.scored import Array, Reduce, ScoredRoute, edge_weights


def attention_path(
    attention: Array,
    word: int,
    target: int,
    *,
    beam: int | None = None,
    residual: bool = True,
    reduce: Reduce = "max",
) -> ScoredRoute:
    """The path whose product of edge weights is largest, from attention [L, head, to, from].

    `beam` keeps that many partial paths per layer (1 is greedy); None finds the best of all by
    dynamic programming. Components are the strongest heads, and skip where a path stays and the
    residual connection is counted.
    """
    weights = edge_weights(attention, residual=residual, reduce=reduce)
    if beam is None:
        nodes, score = best_route(weights, word, target)
    else:
        nodes, score = _beam(_logs(weights), word, target, beam)
    return ScoredRoute(nodes, _components(attention, nodes, residual), score)


def best_route(weights: Array, word: int, target: int) -> tuple[tuple[int, ...], float]:
    """The nodes of the path whose product of weights [L, to, from] is largest, and the product.

    Viterbi's recursion: the best way to each node comes by the best way to a node before.
    """
    logs = _logs(weights)
    score = np.full(logs.shape[-1], -np.inf)
    score[word] = 0.0
    came_from = []
    for step in logs:
        total = step + score  # [to, from]
        came_from.append(total.argmax(axis=1))
        score = total.max(axis=1)
    nodes = [target]
    for origin in reversed(came_from):
        nodes.append(int(origin[nodes[-1]]))
    nodes[-1] = word  # also where no way has any weight
    return tuple(nodes[::-1]), float(np.exp(score[target]))


def _logs(weights: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(weights)


def _beam(logs: Array, word: int, target: int, width: int) -> tuple[tuple[int, ...], float]:
    paths: list[tuple[tuple[int, ...], float]] = [((word,), 0.0)]
    for number, step in enumerate(logs):
        last = number == len(logs) - 1
        ends = [target] if last else range(step.shape[0])
        longer = [
            ((*nodes, end), score + float(step[end, nodes[-1]]))
            for nodes, score in paths
            for end in ends
        ]
        paths = sorted(longer, key=lambda path: -path[1])[:width]
    nodes, score = paths[0]
    return nodes, float(np.exp(score))


def _components(attention: Array, nodes: Sequence[int], residual: bool) -> tuple[Component, ...]:
    steps = enumerate(pairwise(nodes))
    return tuple(
        SKIP if residual and source == target else int(attention[layer, :, target, source].argmax())
        for layer, (source, target) in steps
    )
