"""How the engine stays within memory: what is kept, what is computed again, what is done at once.

The path is cut into pieces, ranges of its points that are independent of each other. A short input
is one piece that keeps every block's internals. A long one is cut into pieces that keep only H and
G, and compute one block's internals again whenever they are asked for. Words and paths are worked
through in batches.

Pieces are between a trace, its tangents and its cotangents: nothing else handles them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.influence.layer import Layer, rows_wanted
from explainer.models import block as blocks
from explainer.models.adapter import Adapter
from explainer.models.shapes import Float, Int

KEEP_BYTES = 768 * 2**20
"""Internals of all blocks and points are kept while they fit in this."""
PIECE_BYTES = 128 * 2**20
"""Otherwise one block's internals of one piece fit in this: a second of work for BERT-base."""
WORDS_BYTES = 128 * 2**20
"""Words are refined in batches whose largest temporary should fit in this."""
PATHS_BYTES = 64 * 2**20
"""Paths are measured in batches whose largest temporary should fit in this."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A range of points: weights, tangents of H[0], H and G.

    `hidden[l]` is H[l] and `gradient[l]` ∂Q/∂H[l], for l < L of all tokens, for l = L of the
    target's row alone. `kept` has every block's internals, or is None.
    """

    adapter: Adapter
    target: Int[Tensor, ""]
    weights: Float[Tensor, " point"]
    tangent: Float[Tensor, "point pos d_model"]
    hidden: tuple[Float[Tensor, "point _ d_model"], ...]
    gradient: tuple[Float[Tensor, "point _ d_model"], ...]
    values: Float[Tensor, " point"]  # Q
    kept: tuple[Layer, ...] | None

    def layer(self, number: int) -> Layer:
        """Internals of block `number`, kept or computed again."""
        checkpoint()
        if self.kept is not None:
            return self.kept[number]
        block, rows = self.adapter.blocks[number], rows_wanted(self.adapter, number, self.target)
        _, state = blocks.forward(block, self.hidden[number], rows)
        checkpoint()
        _, sensitivity = blocks.backward(block, state, rows, self.gradient[number + 1])
        return Layer(block, state, sensitivity, rows)


def points_per_piece(adapter: Adapter, n_tokens: int, points: int) -> tuple[int, bool]:
    """How many points make a piece, and whether every block's internals are kept."""
    block = adapter.blocks[0]
    d_ff, d_model = block.W_1.shape
    # About what BlockState, Sensitivity and the passing temporaries of one point hold.
    numbers = n_tokens * (14 * d_model + 2 * d_ff) + 4 * block.n_heads * n_tokens**2
    point_bytes = numbers * adapter.dtype.itemsize
    if point_bytes * points * len(adapter.blocks) <= KEEP_BYTES:
        return points, True
    return max(1, min(points, PIECE_BYTES // point_bytes)), False


def words_per_batch(pieces: Sequence[Piece], top_k: int) -> int:
    """How many words are refined at once, each with `top_k` partial patterns."""
    block, n_tokens = pieces[0].adapter.blocks[0], pieces[0].tangent.shape[1]
    d_ff, d_model = block.W_1.shape
    widest = max(d_ff, block.n_heads * max(n_tokens, d_model))
    return max(1, WORDS_BYTES // (top_k * _tangent_bytes(pieces, widest)))


def paths_per_batch(pieces: Sequence[Piece]) -> int:
    """How many paths are measured at once."""
    block, n_tokens = pieces[0].adapter.blocks[0], pieces[0].tangent.shape[1]
    widest = max(block.W_1.shape[0], block.n_heads * n_tokens)
    return max(1, PATHS_BYTES // _tangent_bytes(pieces, widest))


def _tangent_bytes(pieces: Sequence[Piece], widest: int) -> int:
    """What one tangent takes: `widest` numbers for each point of one piece, or, if that is more,
    itself and its projections at every point."""
    first = pieces[0]
    points = sum(len(piece.weights) for piece in pieces)
    d_model = first.tangent.shape[2]
    return first.adapter.dtype.itemsize * max(len(first.weights) * widest, points * 4 * d_model)
