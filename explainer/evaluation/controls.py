"""What a cut pattern is measured against: parts of it, and as many other heads and skips.

A pattern of heads and skips cuts the residual connection of its words, and any cut does that has
as many skips; so heads are also cut alone, beside as many others. A cell is a head or the skip
connection at the node that it flows into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explainer.results.pattern import Pattern
from explainer.results.route import SKIP
from explainer.rivals.scored import Array

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """Some heads [L, head, pos] and skips [L, pos] of a model."""

    heads: Mask
    skip: Mask


def cells_of(patterns: Iterable[Pattern], *, layers: int, heads: int, n_tokens: int) -> Cells:
    """Every head and skip that a pattern takes, each once."""
    found = Cells(
        np.zeros((layers, heads, n_tokens), dtype=bool), np.zeros((layers, n_tokens), dtype=bool)
    )
    for pattern in patterns:
        for edge in pattern.edges("attention"):
            if edge.component == SKIP:
                found.skip[edge.layer, edge.target] = True
            else:
                found.heads[edge.layer, edge.component, edge.target] = True
    return found


def only_heads(cells: Cells) -> Cells:
    """The heads without the skips."""
    return Cells(cells.heads, np.zeros_like(cells.skip))


def first_skips(cells: Cells) -> Cells:
    """The skips of block 0 alone: where they are cut, a word's own embedding goes no further."""
    skip = np.zeros_like(cells.skip)
    skip[0] = cells.skip[0]
    return Cells(np.zeros_like(cells.heads), skip)


def random_cells(cells: Cells, rng: np.random.Generator) -> Cells:
    """As many heads and as many skips in every block, drawn from all of the block's."""
    return Cells(_drawn(cells.heads, rng), _drawn(cells.skip, rng))


def random_heads(cells: Cells, rng: np.random.Generator) -> Cells:
    """As many heads in every block, drawn from all heads at all nodes of the block."""
    return only_heads(random_cells(cells, rng))


def heads_at_same_nodes(cells: Cells, rng: np.random.Generator) -> Cells:
    """As many heads at every node, drawn from all heads of that node."""
    layers, heads, n_tokens = cells.heads.shape
    by_node = cells.heads.swapaxes(1, 2).reshape(layers * n_tokens, heads)
    drawn = _drawn(by_node, rng).reshape(layers, n_tokens, heads).swapaxes(1, 2)
    return Cells(drawn, np.zeros_like(cells.skip))


def strongest_heads(cells: Cells, scores: Array) -> Cells:
    """As many heads in every block, those of largest score [L, head, pos]."""
    heads = np.zeros_like(cells.heads)
    for layer, count in enumerate(cells.heads.sum(axis=(1, 2))):
        best = np.argsort(-scores[layer], axis=None, kind="stable")[:count]
        heads[layer].flat[best] = True
    return Cells(heads, np.zeros_like(cells.skip))


def _drawn(like: Mask, rng: np.random.Generator) -> Mask:
    """In every entry of the first axis as many places as `like` has, equally likely."""
    rows = like.reshape(len(like), -1)
    drawn = np.zeros_like(rows)
    for row, count in zip(drawn, rows.sum(axis=1), strict=True):
        row[rng.choice(len(row), size=int(count), replace=False)] = True
    return drawn.reshape(like.shape)
