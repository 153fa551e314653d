"""Attention flow (Abnar and Zuidema, ACL 2020): attention as capacities of a network."""

from __future__ import annotations

import networkx as nx
from networkx.algorithms.flow import build_residual_network, preflow_push

from explainer.rivals.scored import Array, ScoredRoute, edge_weights

UNIT = 10**12
"""Capacities are whole numbers of 1/UNIT: with fractions, rounding can lead networkx astray."""
CAPACITY = "capacity"


class FlowNetwork:
    """A sentence's attention [L, head, to, from] as capacities, for all of its words.

    They are the layers' mean attention, half of it replaced by staying.
    """

    def __init__(self, attention: Array) -> None:
        weights = edge_weights(attention, residual=True, reduce="mean")
        self._layers, self._graph = len(weights), nx.DiGraph()
        for layer, step in enumerate(weights):
            for end, row in enumerate(step.tolist()):
                for start, capacity in enumerate(row):
                    whole = {CAPACITY: round(capacity * UNIT)}
                    self._graph.add_edge((layer, start), (layer + 1, end), **whole)
        # Each search begins by taking all flow out of it: it is the same as a new one.
        self._residual = build_residual_network(self._graph, CAPACITY)

    def path(self, word: int, target: int) -> ScoredRoute:
        """The maximum flow from a word to the target, and the way that most of it takes.

        The score is the flow's value, and the path follows the largest flow out of each node.
        """
        ends = (0, word), (self._layers, target)
        found = preflow_push(self._graph, *ends, residual=self._residual)
        nodes = [word]
        for layer in range(self._layers):
            here = (layer, nodes[-1])
            # Where nothing fits through there is no edge.
            leaving = {end: found[here].get(end, {"flow": 0})["flow"] for end in self._graph[here]}
            _, nearest = max(leaving, key=leaving.__getitem__)
            nodes.append(nearest)
        return ScoredRoute(tuple(nodes), None, found.graph["flow_value"] / UNIT)
