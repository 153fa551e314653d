"""Attention flow (Abnar and Zuidema, ACL 2020): attention as capacities of a network."""

from __future__ import annotations

import networkx as nx

from explainer.rivals.scored import Array, ScoredRoute, edge_weights

UNIT = 10**12
"""Capacities are whole numbers of 1/UNIT: with fractions, rounding can lead networkx astray."""


def attention_flow(attention: Array, word: int, target: int) -> ScoredRoute:
    """The maximum flow from a word to the target, and the way that most of it takes.

    Capacities are the layers' mean attention, half of it replaced by staying; the score is the
    flow's value, and the path follows the largest flow out of each node.
    """
    weights = edge_weights(attention, residual=True, reduce="mean")
    graph = nx.DiGraph()
    for layer, step in enumerate(weights):
        for end, row in enumerate(step.tolist()):
            for start, capacity in enumerate(row):
                whole = round(capacity * UNIT)
                graph.add_edge((layer, start), (layer + 1, end), capacity=whole)
    value, flow = nx.maximum_flow(graph, (0, word), (len(weights), target))
    nodes = [word]
    for layer in range(len(weights)):
        leaving = flow[(layer, nodes[-1])]
        _, nearest = max(leaving, key=leaving.__getitem__)
        nodes.append(nearest)
    return ScoredRoute(tuple(nodes), None, value / UNIT)
