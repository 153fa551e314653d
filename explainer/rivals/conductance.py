"""The most important nodes of every layer, whatever word they come from.

Layer conductance (Dhamdhere et al., ICLR 2019, arXiv 1805.12233) is the influence that flows
through a node; internal influence (Leino et al., ITC 2018, arXiv 1802.03788) is the mean gradient
along the path times the node's value at the input.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explainer.influence.trace import Trace
from explainer.results.total_flow import TotalFlow
from explainer.rivals.scored import Array


def layer_conductance(flow: TotalFlow) -> Array:
    """Influence through every node [L + 1, pos] in logits; every layer sums to Σ g."""
    leaving = flow.skip + flow.heads.sum(axis=(1, 2), dtype=np.float64)
    arriving = flow.skip[-1] + flow.heads[-1].sum(axis=(0, 2), dtype=np.float64)
    return np.concatenate([leaving, arriving[np.newaxis]])


def internal_influence(trace: Trace) -> Array:
    """⟨Σ_s w_s ∂Q/∂H[l]_i, H[l]_i at the input⟩ of every node [L + 1, pos], in logits.

    The input is taken to be the path's last point, which is exact for rules with both ends.
    """
    found = np.zeros((trace.n_layers + 1, trace.n_tokens))
    for layer in range(trace.n_layers + 1):
        products = trace.mean_gradient[layer] * trace.last_hidden(layer)
        influence = products.sum(-1).double().cpu().numpy()
        found[layer, slice(None) if layer < trace.n_layers else trace.targets.tolist()] = influence
    return found


def strongest_nodes(scores: Array, counts: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The `counts[l]` positions of largest score of every layer [L + 1, pos], strongest first."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return tuple(tuple(row[:count].tolist()) for row, count in zip(order, counts, strict=True))
