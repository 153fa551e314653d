"""What an edge carries, part by part: by skip, and through each head by value, key and query.

The sums that make up a component's score (`jacobian`), kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.influence.edges.components import SKIP_ROW
from explainer.influence.edges.jacobian import Moved, Projected
from explainer.influence.edges.nodes import AtNodes
from explainer.influence.edges.select import rows_at
from explainer.influence.layer import Layer
from explainer.models.shapes import Float, Int, einsum


@dataclass(frozen=True, eq=False)
class Parts:
    """The influence of edges by skip and, through each head, by value, key and query."""

    skip: Float[Tensor, " batch"]
    value: Float[Tensor, "head batch"]
    key: Float[Tensor, "head batch"]
    query: Float[Tensor, "head batch"]

    def by_component(self) -> Float[Tensor, "component batch"]:
        """Every component as a whole."""
        heads = self.value + self.key + self.query
        return torch.cat([self.skip.unsqueeze(0), heads])

    def by_head(self) -> Float[Tensor, "3 head batch"]:
        """Value, key and query of every head."""
        return torch.stack([self.value, self.key, self.query])

    def of_heads(self, component: Int[Tensor, " batch"]) -> Float[Tensor, "3 batch"]:
        """Value, key and query of each edge's own head, given by its row; 0 for skip."""
        head = (component - 1 - SKIP_ROW).clamp(min=0).expand(3, 1, -1)
        found = self.by_head().gather(1, head).squeeze(1)
        return found.masked_fill_(component == SKIP_ROW, 0.0)


def along_edges(
    layer: Layer,
    tangents: Projected,
    moved: Moved,
    at_nodes: AtNodes,
    node: Int[Tensor, " batch"],
) -> Parts:
    """Influence of every tangent along its own edge, which ends at node `node` of `at_nodes`."""
    stays = moved.stays
    P, R = at_nodes.P, rows_at(at_nodes.R(layer), node)
    axes = "point head batch d_head, point head batch d_head -> head batch"
    value, key = einsum(axes, moved.by_value, R), einsum(axes, moved.by_key, R)
    query, skip = torch.zeros_like(value), torch.zeros_like(value[0])
    query[:, stays] = einsum(axes, moved.by_query, rows_at(R, stays))
    skip[stays] = einsum(
        "point batch d_model, point batch d_model -> batch",
        *(tangents.T.index_select(1, stays), P.index_select(1, node[stays])),
    )
    return Parts(skip, value, key, query)
