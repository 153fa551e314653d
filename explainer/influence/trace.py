"""One forward and one backward pass along the integration path: all that patterns are made of.

1. Points z(a) = b + a·(x − b) on the word embeddings, with quadrature weights (`path`).
2. Forward through the blocks; of the last one only the target's row is needed.
3. The head's gradient at the target, then backward in closed form (`block`).
4. Influence of word j: g_j = Σ_s w_s ⟨T_j, G_j⟩ with T_j the tangent of H[0]_j towards x_j − b_j.

What is kept of it, and what is computed again when it is asked for, is up to `memory`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.influence import memory
from explainer.influence.layer import Layer, rows_wanted
from explainer.influence.memory import Piece
from explainer.influence.path import IntegrationPath
from explainer.models import block as blocks
from explainer.models.adapter import Adapter, Block
from explainer.models.encode import through_blocks
from explainer.models.shapes import Float, einsum
from explainer.question.quantity import Quantity


@dataclass(frozen=True, eq=False)
class Trace:
    """The whole path, with Q at its ends and one integrated gradient per word, in logits.

    `pieces` is for `tangents` and `cotangents`, which walk through them.
    """

    path: IntegrationPath
    pieces: tuple[Piece, ...]
    value: float
    baseline_value: float
    influence: tuple[float, ...]

    @property
    def n_layers(self) -> int:
        """Number of blocks L."""
        return len(self.pieces[0].adapter.blocks)

    def block(self, number: int) -> Block:
        """The weights of block `number`."""
        return self.pieces[0].adapter.blocks[number]

    @property
    def n_heads(self) -> int:
        """Number of heads of a block."""
        return self.block(0).n_heads

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

    @property
    def values(self) -> Float[Tensor, " point"]:
        """Q at every point."""
        return torch.cat([piece.values for piece in self.pieces])

    @property
    def slopes(self) -> Float[Tensor, "point pos"]:
        """What each word adds to dQ/da at every point, ⟨T_j, G_j⟩."""
        return torch.cat([_slopes(piece) for piece in self.pieces])

    def mean_gradient(self, layer: int) -> Float[Tensor, "row d_model"]:
        """Σ_s w_s ∂Q/∂H[layer] of every token, at H[L] of the target alone."""
        means = [
            einsum("point row d_model, point -> row d_model", piece.gradient[layer], piece.weights)
            for piece in self.pieces
        ]
        return torch.stack(means).sum(0)

    def last_hidden(self, layer: int) -> Float[Tensor, "row d_model"]:
        """H[layer] at the last point of the path, at H[L] of the target alone."""
        return self.pieces[-1].hidden[layer][-1]

    def words_at_once(self, top_k: int) -> int:
        """How many words can be refined together, each with `top_k` partial patterns."""
        return memory.words_per_batch(self.pieces, top_k)

    def paths_at_once(self) -> int:
        """How many paths can be measured together."""
        return memory.paths_per_batch(self.pieces)


def trace(adapter: Adapter, path: IntegrationPath, quantity: Quantity) -> Trace:
    """Follow Q along a path."""
    points = len(path.a)
    size, keep = memory.points_per_piece(adapter, len(path.x), points)
    pieces = tuple(
        _piece(adapter, path.part(start, start + size), quantity, keep)
        for start in range(0, points, size)
    )
    if path.has_both_ends:
        ends = torch.stack([pieces[0].values[0], pieces[-1].values[-1]])
    else:
        z = path.at(path.a.new_tensor([0.0, 1.0]))
        ends = _quantity(adapter, _forward(adapter, z, quantity, keep=False)[0][-1], quantity)[0]
    influence = torch.stack([p.weights @ _slopes(p) for p in pieces]).sum(0)
    return Trace(path, pieces, float(ends[1]), float(ends[0]), tuple(influence.tolist()))


def _piece(adapter: Adapter, path: IntegrationPath, quantity: Quantity, keep: bool) -> Piece:
    hidden, states, norm = _forward(adapter, path.at(path.a), quantity, keep=keep)
    values, G = _quantity(adapter, hidden[-1], quantity)
    target = torch.tensor(quantity.position, device=G.device)
    gradient, kept = [G], []
    for number in reversed(range(len(adapter.blocks))):
        checkpoint()
        block, rows = adapter.blocks[number], rows_wanted(adapter, number, target)
        state = states[number] if keep else blocks.forward(block, hidden[number], rows)[1]
        checkpoint()
        G, sensitivity = blocks.backward(block, state, rows, G)
        gradient.append(G)
        if keep:
            kept.append(Layer(block, state, sensitivity, rows))
    return Piece(
        adapter=adapter,
        target=target,
        weights=path.weights.to(G),
        tangent=blocks.embedding_tangent(adapter.embedding, norm, path.direction.unsqueeze(0)),
        hidden=tuple(hidden),
        gradient=tuple(reversed(gradient)),
        values=values,
        kept=tuple(reversed(kept)) if keep else None,
    )


def _forward(
    adapter: Adapter, z: Float[Tensor, "point pos d_embedding"], quantity: Quantity, *, keep: bool
) -> tuple[list[Float[Tensor, "point _ d_model"]], list[blocks.BlockState], blocks.NormState]:
    """H[0] … H[L] for word embeddings z, the internals if they are kept, and the state of the
    embeddings' LayerNorm."""
    first, norm = blocks.embed(adapter.embedding, z)
    hidden, states = [first], []
    rows = torch.tensor([quantity.position], device=z.device)
    for H, state in through_blocks(adapter, first, rows=rows):
        hidden.append(H)
        if keep:
            states.append(state)
    return hidden, states, norm


def _slopes(piece: Piece) -> Float[Tensor, "point pos"]:
    axes = "point pos d_model, point pos d_model -> point pos"
    return einsum(axes, piece.tangent, piece.gradient[0])


def _quantity(
    adapter: Adapter, last: Float[Tensor, "point 1 d_model"], quantity: Quantity
) -> tuple[Float[Tensor, " point"], Float[Tensor, "point 1 d_model"]]:
    """Q and ∂Q/∂H[L] from the target's last hidden states."""
    classes = torch.tensor(quantity.classes, device=last.device)
    with torch.enable_grad():
        at_target = last[:, 0].detach().requires_grad_()
        values = adapter.logits(at_target, classes) @ last.new_tensor(quantity.weights)
        (gradient,) = torch.autograd.grad(values.sum(), at_target)
    return values.detach(), gradient.unsqueeze(1)
