"""Total flow: all influence, not only the patterns', by the edge and component that carries it.

T[l] is the tangent of H[l] when all words move together along the path; the score of an edge for
T[l] is the influence through it. Summed over the edges of any layer this is Σ g, at every layer:
influence is conserved (docs/method.md).
"""

from __future__ import annotations

import numpy as np
import torch

from explainer.base.checkpoint import steps
from explainer.influence.edges.components import SKIP_ROW
from explainer.influence.memory import VECTORS
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace
from explainer.results.total_flow import TotalFlow


def total_flow(trace: Trace) -> TotalFlow:
    """Flow through skip [L, pos] and through heads [L, head, to, from], in logits."""
    (flow,) = total_flows(trace)
    return flow


def total_flows(trace: Trace) -> list[TotalFlow]:
    """`total_flow` of every text of a trace."""
    sizes = [text.stop - text.start for text in trace.texts]
    precision = np.float64 if trace.path.x.dtype == torch.float64 else np.float32
    skip = [np.zeros((trace.n_layers, n)) for n in sizes]
    heads = [np.zeros((trace.n_layers, trace.n_heads, n, n), precision) for n in sizes]
    trace.make_room(trace.n_tokens * VECTORS)
    tangents = Tangents.of_words(trace, range(trace.n_tokens))
    for number in steps(range(trace.n_layers)):
        last = number == trace.n_layers - 1
        found, tangents = tangents.all_together()
        scores = found.cpu().numpy()
        for k, text in enumerate(trace.texts):
            start, stop = text.start, text.stop
            to = [at - start for at in text.targets] if last else slice(None)
            own = scores[:, start:stop, text.rows if last else slice(start, stop)]
            skip[k][number] = own[SKIP_ROW].sum(1)
            heads[k][number][:, to] = own[SKIP_ROW + 1 :].swapaxes(1, -1)
    return [TotalFlow(*arrays) for arrays in zip(skip, heads, strict=True)]
