"""Total flow: all influence, not only the patterns', by the edge and component that carries it.

T[l] is the tangent of H[l] when all words move together along the path; the score of an edge for
T[l] is the influence through it. Summed over the edges of any layer this is Σ g, at every layer:
influence is conserved (docs/method.md).
"""

from __future__ import annotations

import numpy as np
import torch

from explainer.influence import jacobian
from explainer.influence.trace import Trace
from explainer.results.total_flow import TotalFlow


def total_flow(trace: Trace) -> TotalFlow:
    """Flow through skip [L, pos] and through heads [L, head, to, from], in logits."""
    n, target = trace.n_tokens, trace.target
    n_heads = trace.pieces[0].adapter.blocks[0].n_heads
    skip = np.zeros((trace.n_layers, n))
    heads = np.zeros((trace.n_layers, n_heads, n, n))
    everywhere = torch.arange(n)
    for piece in trace.pieces:
        T = piece.tangent
        for number in range(trace.n_layers):
            layer = piece.layer(number)
            tangents = jacobian.project(layer.block, T)
            by_head, by_skip = jacobian.component_scores(layer, piece.weights, tangents, everywhere)
            to = slice(None) if layer.rows is None else slice(target, target + 1)
            heads[number, :, to] += by_head.mT.double().numpy()
            skip[number] += by_skip.sum(1).double().numpy()
            if number < trace.n_layers - 1:
                T = jacobian.move_all(layer, tangents)
    return TotalFlow(skip, heads)
