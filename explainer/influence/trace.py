"""One forward and one backward pass along the integration path: all that patterns are made of.

1. Points z(a) = b + a·(x − b) on the word embeddings, with quadrature weights (`path`).
2. Forward through the blocks; of the last one only the target's row is needed.
3. The head's gradient at the target, then backward in closed form (`block`).
4. Influence of word j: g_j = Σ_s w_s ⟨T_j, G_j⟩ with T_j the tangent of H[0]_j towards x_j − b_j.

The path is cut into pieces, ranges of steps that are independent of each other, so that memory
stays bounded: short inputs are one piece that keeps every block's internals, long ones keep H
and G and compute the internals again when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.models import block as blocks
from explainer.models.adapter import Adapter, Block
from explainer.question.quantity import Quantity

KEEP_BYTES = 768 * 2**20
"""Internals of all blocks and steps are kept while they fit in this."""
PIECE_BYTES = 128 * 2**20
"""Otherwise one block's internals of one piece fit in this: a second of work for BERT-base."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One block's weights, internals and derivatives at the steps of one piece.

    `rows` [to] are the tokens behind the rows `to`; None stands for all of them.
    """

    block: Block
    state: blocks.BlockState
    sensitivity: blocks.Sensitivity
    rows: Tensor | None

    def row_of(self, positions: Tensor) -> Tensor:
        """The row of each of `positions`, all of which must be among `rows`."""
        if self.rows is None:
            return positions
        return (positions.unsqueeze(1) == self.rows).int().argmax(1)


@dataclass(frozen=True, eq=False)
class Piece:
    """A range of steps: weights [step], tangents of H[0] [step, pos, d_model], H and G.

    `hidden[l]` is H[l] and `gradient[l]` ∂Q/∂H[l], for l < L of all tokens, for l = L of the
    target's row alone.
    """

    adapter: Adapter
    target: Tensor
    weights: Tensor
    tangent: Tensor
    hidden: tuple[Tensor, ...]
    gradient: tuple[Tensor, ...]
    values: Tensor  # Q [step]
    kept: tuple[Layer, ...] | None

    @property
    def slopes(self) -> Tensor:
        """What each word adds to dQ/da, ⟨T_j, G_j⟩ [step, pos]."""
        return torch.einsum("snd,snd->sn", self.tangent, self.gradient[0])

    def layer(self, number: int) -> Layer:
        """Internals of block `number`, kept or computed again."""
        checkpoint()
        if self.kept is not None:
            return self.kept[number]
        block, rows = self.adapter.blocks[number], _rows(self.adapter, number, self.target)
        _, state = blocks.forward(block, self.hidden[number], rows)
        checkpoint()
        _, sensitivity = blocks.backward(block, state, rows, self.gradient[number + 1])
        return Layer(block, state, sensitivity, rows)


@dataclass(frozen=True, eq=False)
class Trace:
    """The whole path, with Q at its ends and one integrated gradient per word, in logits."""

    pieces: tuple[Piece, ...]
    value: float
    baseline_value: float
    influence: tuple[float, ...]

    @property
    def n_layers(self) -> int:
        """Number of blocks L."""
        return len(self.pieces[0].adapter.blocks)

    @property
    def n_tokens(self) -> int:
        """Number of tokens."""
        return len(self.influence)

    @property
    def target(self) -> int:
        """Position of the target node (L, target)."""
        return int(self.pieces[0].target)

    @property
    def completeness_gap(self) -> float:
        """Σ g − (Q(x) − Q(b)), the quadrature's error in logits."""
        return sum(self.influence) - (self.value - self.baseline_value)


def trace(
    adapter: Adapter,
    x: Tensor,
    b: Tensor,
    quantity: Quantity,
    points: tuple[Tensor, Tensor],
) -> Trace:
    """Follow Q from baseline b to input x [pos, d_model] at `points` (a [step], weights [step])."""
    a, weights = (values.to(x) for values in points)
    size, keep = steps_per_piece(adapter, len(x), len(a))
    pieces = tuple(
        _piece(
            adapter, x, b, quantity, a[start : start + size], weights[start : start + size], keep
        )
        for start in range(0, len(a), size)
    )
    if a[0] == 0 and a[-1] == 1:
        ends = torch.stack([pieces[0].values[0], pieces[-1].values[-1]])
    else:
        hidden = _forward(adapter, _path(x, b, a.new_tensor([0.0, 1.0])), quantity, keep=False)[0]
        ends = _quantity(adapter, hidden[-1], quantity)[0]
    influence = torch.stack([p.weights @ p.slopes for p in pieces]).sum(0)
    return Trace(pieces, float(ends[1]), float(ends[0]), tuple(influence.tolist()))


def steps_per_piece(adapter: Adapter, n: int, steps: int) -> tuple[int, bool]:
    """How many steps make a piece, and whether every block's internals are kept."""
    block = adapter.blocks[0]
    d_ff, d_model = block.W_1.shape
    # About what BlockState, Sensitivity and the passing temporaries of one step hold.
    numbers = n * (14 * d_model + 2 * d_ff) + 4 * block.n_heads * n * n
    step_bytes = numbers * adapter.dtype.itemsize
    if step_bytes * steps * len(adapter.blocks) <= KEEP_BYTES:
        return steps, True
    return max(1, min(steps, PIECE_BYTES // step_bytes)), False


def _path(x: Tensor, b: Tensor, a: Tensor) -> Tensor:
    """z(a) [step, pos, d_model]."""
    return torch.lerp(b, x, a.view(-1, 1, 1))


def _piece(
    adapter: Adapter,
    x: Tensor,
    b: Tensor,
    quantity: Quantity,
    a: Tensor,
    weights: Tensor,
    keep: bool,
) -> Piece:
    hidden, states, norm = _forward(adapter, _path(x, b, a), quantity, keep=keep)
    values, G = _quantity(adapter, hidden[-1], quantity)
    target = torch.tensor(quantity.position, device=x.device)
    gradient, kept = [G], []
    for number in reversed(range(len(adapter.blocks))):
        checkpoint()
        block, rows = adapter.blocks[number], _rows(adapter, number, target)
        state = states[number] if keep else blocks.forward(block, hidden[number], rows)[1]
        checkpoint()
        G, sensitivity = blocks.backward(block, state, rows, G)
        gradient.append(G)
        if keep:
            kept.append(Layer(block, state, sensitivity, rows))
    return Piece(
        adapter=adapter,
        target=target,
        weights=weights,
        tangent=blocks.embedding_tangent(adapter.embedding, norm, (x - b).unsqueeze(0)),
        hidden=tuple(hidden),
        gradient=tuple(reversed(gradient)),
        values=values,
        kept=tuple(reversed(kept)) if keep else None,
    )


def _forward(
    adapter: Adapter, z: Tensor, quantity: Quantity, *, keep: bool
) -> tuple[list[Tensor], list[blocks.BlockState], blocks.NormState]:
    """H[0] … H[L] for word embeddings z [step, pos, d_model], and the internals if kept."""
    H, norm = blocks.embed(adapter.embedding, z)
    hidden, states = [H], []
    target = torch.tensor(quantity.position, device=z.device)
    for number, block in enumerate(adapter.blocks):
        checkpoint()
        H, state = blocks.forward(block, H, _rows(adapter, number, target))
        hidden.append(H)
        if keep:
            states.append(state)
    return hidden, states, norm


def _rows(adapter: Adapter, number: int, target: Tensor) -> Tensor | None:
    """Every token's next hidden state is wanted, but for the last block only the target's."""
    return target.view(1) if number == len(adapter.blocks) - 1 else None


def _quantity(adapter: Adapter, last: Tensor, quantity: Quantity) -> tuple[Tensor, Tensor]:
    """Q [step] and ∂Q/∂H[L] [step, 1, d_model] from the target's last hidden states."""
    classes = torch.tensor(quantity.classes, device=last.device)
    with torch.enable_grad():
        at_target = last[:, 0].detach().requires_grad_()
        values = adapter.logits(at_target, classes) @ last.new_tensor(quantity.weights)
        (gradient,) = torch.autograd.grad(values.sum(), at_target)
    return values.detach(), gradient.unsqueeze(1)
