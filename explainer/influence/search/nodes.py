"""The nodes of a word's pattern, chosen one after the other: steps 1 to 4 of `refine`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from explainer.base.checkpoint import checkpoint, steps
from explainer.influence.tangents import Tangents
from explainer.influence.trace import Trace


@dataclass(frozen=True)
class NodesSoFar:
    """The positions chosen at H[0] … H[l], and the influence after each choice (l values).

    No `Route`, which leads all the way to H[L].
    """

    nodes: tuple[int, ...]
    trail: tuple[float, ...]


def refine_nodes(
    trace: Trace, words: list[int], top_k: int, start: Tangents | None = None
) -> list[NodesSoFar]:
    """The best `top_k` paths of nodes from each of `words`, strongest first, word by word.

    `start` has the tangents of the words, where somebody else needs them too.
    """
    paths = [NodesSoFar((word,), ()) for word in words]
    tangents = Tangents.of_words(trace, words) if start is None else start
    choices = trace.n_layers - (0 if trace.ends_apart else 1)
    for number in steps(range(choices)):
        parents, paths = _choose_nodes(trace, paths, tangents.node_scores().cpu().numpy(), top_k)
        if number < choices - 1:
            target = trace.index([path.nodes[-1] for path in paths])
            tangents = tangents.to_nodes(parents, target)
    return paths if trace.ends_apart else [_ended(trace, path) for path in paths]


def _ended(trace: Trace, path: NodesSoFar) -> NodesSoFar:
    """The path with its last node, the only target of its text.

    Of the last block nobody else's row counts, so that all the influence that came to H[L − 1], a
    word's own where that is H[0], goes on there.
    """
    word = path.nodes[0]
    influence = path.trail[-1] if path.trail else trace.influence[word]
    _, text = trace.text_of(word)
    return NodesSoFar((*path.nodes, *text.targets), (*path.trail, influence))


def _choose_nodes(
    trace: Trace, paths: list[NodesSoFar], scores: NDArray[np.floating], top_k: int
) -> tuple[list[int], list[NodesSoFar]]:
    """The best refinements of each word among those of all its partial patterns, best first.

    `scores` [path, to] are influences. The next node is one of the word's own text, the last one
    of its targets. Among equals the better pattern so far goes first, then the earlier token.
    """
    parents, refined = [], []
    for word, group in groupby(range(len(paths)), key=lambda number: paths[number].nodes[0]):
        checkpoint()
        ours = list(group)
        _, text = trace.text_of(word)
        last = len(paths[ours[0]].nodes) == trace.n_layers
        nodes = text.targets if last else range(text.start, text.stop)
        own = scores[ours[0] : ours[-1] + 1, text.rows if last else slice(text.start, text.stop)]
        signed = own.ravel() if trace.influence[word] > 0 else -own.ravel()
        best = [signed.argmax()] if top_k == 1 else np.argsort(-signed, kind="stable")[:top_k]
        for place in best:
            which, to = divmod(int(place), len(nodes))
            path, influence = paths[ours[which]], float(own[which, to])
            parents.append(ours[which])
            refined.append(NodesSoFar((*path.nodes, nodes[to]), (*path.trail, influence)))
    return parents, refined
