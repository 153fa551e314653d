"""Total flow: all influence, not only the patterns', by the edge and component that carries it.

T[l] is the tangent of H[l] when all words move together along the path; the score of an edge for
T[l] is the influence through it. Summed over the edges of any layer this is Σ g, at every layer:
influence is conserved (docs/method.md).
"""

from __future__ import annotations

import numpy as np

from explainer.influence.components import SKIP_ROW
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.results.total_flow import TotalFlow


def total_flow(trace: Trace) -> TotalFlow:
    """Flow through skip [L, pos] and through heads [L, head, to, from], in logits."""
    n = trace.n_tokens
    skip = np.zeros((trace.n_layers, n))
    heads = np.zeros((trace.n_layers, trace.n_heads, n, n))
    tangents = Tangents.of_words(trace, range(n))
    for number in range(trace.n_layers):
        last = number == trace.n_layers - 1
        to = slice(trace.target, trace.target + 1) if last else slice(None)
        scores, tangents = tangents.all_together()
        skip[number] = scores[SKIP_ROW].sum(1).cpu().numpy()
        heads[number, :, to] = scores[SKIP_ROW + 1 :].mT.cpu().numpy()
    return TotalFlow(skip, heads)
