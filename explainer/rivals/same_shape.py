"""Random paths of the same shape as given ones: as many nodes, heads and skips in every block.

Paths that run together stay together, and where one stays at its token by skip, its double stays
too; only at which tokens they run, and by which heads, is drawn. So what random paths lack is not
nodes, nor skips, nor that they merge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explainer.results.route import SKIP, Route

Node = tuple[int, int]
MOVES = 20
"""Moves to a free place for each run of nodes that may move: beginning with the paths themselves,
so many that nothing is left of where they were."""


def same_shape(
    rng: np.random.Generator, routes: Sequence[Route], *, heads: int, n_tokens: int
) -> tuple[Route, ...]:
    """A double of each route, in their order, from the same word to the same target.

    Every node (layer, position) becomes another one, the same for all routes, and every head into
    a node another head.
    """
    runs = _runs(routes)
    places = _moved(rng, runs, max((len(r.nodes) for r in routes), default=0), n_tokens)
    of_node = {node: place for run, place in zip(runs, places, strict=True) for node in run}
    swapped = {node: rng.permutation(heads).tolist() for node in sorted(of_node)}
    doubles = []
    for route in routes:
        nodes = tuple(of_node[layer, position] for layer, position in enumerate(route.nodes))
        components = tuple(
            swapped[edge.layer + 1, edge.target][edge.component]
            if isinstance(edge.component, int)
            else edge.component
            for edge in route.edges("attention")
        )
        doubles.append(Route(nodes, components))
    return tuple(doubles)


def _runs(routes: Sequence[Route]) -> list[list[Node]]:
    """All nodes of the routes, those together that skips hold together."""
    nodes = {node for route in routes for node in enumerate(route.nodes)}
    stays = {
        (edge.layer, edge.source)
        for route in routes
        for edge in route.edges("attention")
        if edge.component == SKIP
    }
    runs: dict[Node, list[Node]] = {}
    for layer, position in sorted(nodes):
        below = (layer - 1, position)
        run = runs[below] if below in stays else []
        run.append((layer, position))
        runs[layer, position] = run
    return list({id(run): run for run in runs.values()}.values())


def _moved(
    rng: np.random.Generator, runs: Sequence[Sequence[Node]], depth: int, n_tokens: int
) -> list[int]:
    """A position for each run, of which none is that of another at the same layer.

    Words and targets stay. Moves from one arrangement to the next are as likely as those back, so
    that after many of them all arrangements that can be reached are equally likely.
    """
    places = [run[0][1] for run in runs]
    taken = np.zeros((depth, n_tokens), dtype=bool)
    for run in runs:
        for layer, position in run:
            taken[layer, position] = True
    free = [k for k, run in enumerate(runs) if run[0][0] > 0 and run[-1][0] < depth - 1]
    for _ in range(MOVES * len(free)):
        chosen = free[rng.integers(len(free))]
        layers = [layer for layer, _ in runs[chosen]]
        there = int(rng.integers(n_tokens))
        if not taken[layers, there].any():
            taken[layers, places[chosen]] = False
            taken[layers, there] = True
            places[chosen] = there
    return places
