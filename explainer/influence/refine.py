"""Guided pattern refinement, first through nodes, then through heads and skip connections.

Embedding level, for every source word j with g_j ≠ 0:
1. start at node (0, j) with the tangent towards x_j − b_j;
2. score every next node by the influence of the pattern refined by it, times the sign of g_j;
3. keep the best `top_k` partial patterns of the word, move their tangents there, go on;
4. the last node is the target.

Attention level, with the nodes fixed:
5. pull ∂Q/∂H[L] back along each pattern's nodes, all heads and skip open, sharing the work of
   patterns that end alike;
6. walk up again, score every component by ⟨tangent, cotangent⟩, keep the best, a tie going to
   skip, and move the tangent by that component alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.influence import jacobian
from explainer.influence.trace import Trace
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component

BATCH_BYTES = 128 * 2**20
"""Words are refined in batches whose largest temporary should fit in this."""


@dataclass(frozen=True)
class NodePath:
    """A pattern at the embedding level: positions at H[0] … H[L] and the influence after each."""

    nodes: tuple[int, ...]
    trail: tuple[float, ...]


@dataclass(frozen=True)
class ComponentPath:
    """The components of a path of nodes, L of them, and the influence after each choice.

    `candidates` has a row per step: the influence by skip and by every head.
    """

    components: tuple[Component, ...]
    trail: tuple[float, ...]
    candidates: tuple[tuple[float, ...], ...]


def refine(trace: Trace, tokens: tuple[str, ...], top_k: int) -> tuple[Pattern, ...]:
    """Patterns of every word with influence, strongest |g| first, `top_k` of each at most."""
    words = [j for j, g in enumerate(trace.influence) if g != 0]
    patterns: list[Pattern] = []
    size = _words_per_batch(trace, top_k)
    for start in range(0, len(words), size):
        found = refine_nodes(trace, words[start : start + size], top_k)
        carried = refine_components(trace, [path.nodes for path in found])
        patterns.extend(
            Pattern(
                token=tokens[nodes.nodes[0]],
                influence=trace.influence[nodes.nodes[0]],
                nodes=nodes.nodes,
                embedding_influence=nodes.trail[-1],
                embedding_trail=nodes.trail,
                components=components.components,
                attention_influence=components.trail[-1],
                attention_trail=components.trail,
                attention_candidates=components.candidates,
            )
            for nodes, components in zip(found, carried, strict=True)
        )
    return tuple(sorted(patterns, key=lambda p: -abs(p.influence)))


def refine_nodes(trace: Trace, words: list[int], top_k: int) -> list[NodePath]:
    """The best `top_k` paths of nodes from each of `words`, strongest first, word by word."""
    paths = [NodePath((word,), ()) for word in words]
    source = torch.tensor(words)
    tangents = [piece.tangent.index_select(1, source) for piece in trace.pieces]
    for number in range(trace.n_layers):
        scores, projected = _node_scores(trace, number, tangents, source)
        last = number == trace.n_layers - 1
        parents, paths = _choose_nodes(trace, paths, scores.tolist(), top_k, last)
        if last:
            break
        parent = torch.tensor(parents)
        target = torch.tensor([path.nodes[-1] for path in paths])
        tangents = [
            jacobian.move_to_node(
                piece.layer(number), tangent.select(parent), source[parent], target
            )
            for piece, tangent in zip(trace.pieces, projected, strict=True)
        ]
        source = target
    return paths


def _node_scores(
    trace: Trace, number: int, tangents: list[Tensor], source: Tensor
) -> tuple[Tensor, list[jacobian.Projected]]:
    """Influence [path, to] of each refinement, and each piece's projected tangents."""
    scores, projected = [], []
    for piece, T in zip(trace.pieces, tangents, strict=True):
        layer = piece.layer(number)
        projected.append(jacobian.project(layer.block, T))
        scores.append(jacobian.node_scores(layer, piece.weights, projected[-1], source))
    return torch.stack(scores).sum(0), projected


def _choose_nodes(
    trace: Trace, paths: list[NodePath], scores: list[list[float]], top_k: int, last: bool
) -> tuple[list[int], list[NodePath]]:
    """The best refinements of each word among those of all its partial patterns, best first.

    `scores` [path][row] are influences; at the last layer the only row is the target's.
    """
    by_word: dict[int, list[tuple[float, int, int]]] = {}
    for parent, path in enumerate(paths):
        word = path.nodes[0]
        sign = 1.0 if trace.influence[word] > 0 else -1.0
        for row, score in enumerate(scores[parent]):
            node = trace.target if last else row
            by_word.setdefault(word, []).append((-sign * score, parent, node))
    parents, refined = [], []
    for word, candidates in by_word.items():
        checkpoint()
        sign = 1.0 if trace.influence[word] > 0 else -1.0
        for score, parent, node in sorted(candidates)[:top_k]:
            path = paths[parent]
            parents.append(parent)
            refined.append(NodePath((*path.nodes, node), (*path.trail, -sign * score)))
    return parents, refined


def refine_components(trace: Trace, paths: list[tuple[int, ...]]) -> list[ComponentPath]:
    """The greedy choice of one component on every step of each path of nodes (L + 1 positions)."""
    edges = [_edges(paths, number) for number in range(trace.n_layers)]
    cotangents = [_cotangents(trace, edges, index) for index in range(len(trace.pieces))]
    signs = torch.tensor([1.0 if trace.influence[path[0]] > 0 else -1.0 for path in paths])
    found = [ComponentPath((), (), ()) for _ in paths]
    start = torch.tensor([path[0] for path in paths])
    tangents = [piece.tangent.index_select(1, start) for piece in trace.pieces]
    for number in range(trace.n_layers):
        scores = torch.stack(
            [
                pulled.at(number).scores(piece.weights, T, edges[number].of_path)
                for piece, pulled, T in zip(trace.pieces, cotangents, tangents, strict=True)
            ]
        ).sum(0)
        source, target = (
            torch.tensor([path[number + offset] for path in paths]) for offset in (0, 1)
        )
        signed = scores * signs
        # Skip cannot change position: there it is no candidate, whatever the heads' signs.
        signed[0, source != target] = -torch.inf
        best = signed.argmax(0)
        found = [
            ComponentPath(
                (*path.components, SKIP if row == 0 else row - 1),
                (*path.trail, candidates[row]),
                (*path.candidates, tuple(candidates)),
            )
            for path, row, candidates in zip(found, best.tolist(), scores.T.tolist(), strict=True)
        ]
        if number < trace.n_layers - 1:
            tangents = [
                jacobian.move_by_component(piece.layer(number), T, source, target, best - 1)
                for piece, T in zip(trace.pieces, tangents, strict=True)
            ]
    return found


@dataclass(frozen=True, eq=False)
class _Edges:
    """The different steps of a layer among paths that are alike from it on.

    Entry b is the step from `source[b]` to node `target[parent[b]]`; `of_path` [path] says which
    entry each path takes, and `target` lists the nodes above, one for each different path on.
    """

    source: Tensor
    parent: Tensor
    target: Tensor
    of_path: Tensor


def _edges(paths: list[tuple[int, ...]], number: int) -> _Edges:
    nodes: dict[tuple[int, ...], int] = {}
    edges: dict[tuple[int, ...], int] = {}
    for path in paths:
        nodes.setdefault(path[number + 1 :], len(nodes))
        edges.setdefault(path[number:], len(edges))
    return _Edges(
        source=torch.tensor([suffix[0] for suffix in edges]),
        parent=torch.tensor([nodes[suffix[1:]] for suffix in edges]),
        target=torch.tensor([suffix[0] for suffix in nodes]),
        of_path=torch.tensor([edges[path[number:]] for path in paths]),
    )


@dataclass(frozen=True, eq=False)
class _Cotangents:
    """Cotangents of one piece, by layer: those at the upper nodes, and the edges' if kept."""

    trace: Trace
    index: int
    edges: list[_Edges]
    upper: list[Tensor]  # by layer: [step, node, d_model]
    kept: list[jacobian.EdgeCotangents] | None

    def at(self, number: int) -> jacobian.EdgeCotangents:
        if self.kept is not None:
            return self.kept[number]
        return _pull_back(self.trace, self.index, number, self.upper[number], self.edges[number])


def _pull_back(
    trace: Trace, index: int, number: int, upper: Tensor, edges: _Edges
) -> jacobian.EdgeCotangents:
    layer = trace.pieces[index].layer(number)
    return jacobian.pull_back(layer, upper, edges.target, edges.parent, edges.source)


def _cotangents(trace: Trace, edges: list[_Edges], index: int) -> _Cotangents:
    """Walk one piece down from the target; the order of `edges` of one layer is the order of
    the upper nodes of the layer below."""
    piece = trace.pieces[index]
    keep = piece.kept is not None
    C = piece.gradient[-1]
    upper, kept = [C], []
    for number in reversed(range(trace.n_layers)):
        if number == 0 and not keep:
            break
        pulled = _pull_back(trace, index, number, C, edges[number])
        if keep:
            kept.append(pulled)
        if number > 0:
            C = pulled.total()
            upper.append(C)
    return _Cotangents(trace, index, edges, upper[::-1], kept[::-1] if keep else None)


def _words_per_batch(trace: Trace, top_k: int) -> int:
    piece = trace.pieces[0]
    steps = sum(len(p.weights) for p in trace.pieces)
    block = piece.adapter.blocks[0]
    d_ff, d_model = block.W_1.shape
    widest = max(d_ff, block.n_heads * max(trace.n_tokens, d_model))
    in_piece, in_all = len(piece.weights) * widest, steps * 4 * d_model
    bytes_per_word = top_k * piece.adapter.dtype.itemsize * max(in_piece, in_all)
    return int(max(1, BATCH_BYTES // bytes_per_word))
