"""The forward and the backward pass over points of the path, which may come a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint, part, steps
from explainer.influence.held import Keeps
from explainer.influence.layer import Layer
from explainer.influence.memory import Plan, Store, evenly
from explainer.influence.piece import Piece
from explainer.influence.sampling.path import IntegrationPath
from explainer.models import block as blocks
from explainer.models.adapter import Adapter
from explainer.models.encode import through_block
from explainer.models.shapes import Float, Int, einsum
from explainer.question.readouts.log_probability import bytes_of
from explainer.question.readouts.quantity import Quantity, normalised


@dataclass(frozen=True, eq=False)
class Head:
    """What comes after the last block: Q of every text, from the states of the targets.

    `targets` are the positions at which each quantity is read, one quantity's after the other's.
    """

    adapter: Adapter
    quantities: Sequence[Quantity]
    targets: Int[Tensor, " target"]

    def value(
        self, last: Float[Tensor, "point target d_model"]
    ) -> tuple[Float[Tensor, "point text"], Float[Tensor, "point target d_model"]]:
        """Q and ∂Q/∂H[L] from the targets' last hidden states."""
        sizes = [len(quantity.positions) for quantity in self.quantities]
        with torch.enable_grad(), torch.autocast(last.device.type, enabled=False):
            at_targets = last.detach().requires_grad_()
            by_text = [
                quantity.readout.value(self.adapter, own)
                for quantity, own in zip(
                    self.quantities, at_targets.split(sizes, dim=1), strict=True
                )
            ]
            values = torch.stack(by_text, dim=1)
            (gradient,) = torch.autograd.grad(values.sum(), at_targets)
        return values.detach(), gradient

    def bytes_beside(self, points: int) -> int:
        """What Q takes of memory where the whole vocabulary's logits are computed: of one text
        after another."""
        rows = (normalised(quantity) for quantity in self.quantities)
        return max(bytes_of(self.adapter, points * count) if count else 0 for count in rows)

    def value_at(self, path: IntegrationPath) -> Float[Tensor, "point text"]:
        """Q at the points of a path, of which nothing else is kept."""
        piece = _piece(self, path)
        (last,) = _up(self, [piece], Store(0), 0)
        return self.value(last)[0]


class Passes:
    """What is known of all points so far, within a budget in bytes.

    `values` is Q of every text, `slopes` what each token adds to dQ/da there, both for the points
    of each of `pieces`; `plan` is made anew whenever points are added, and `store` keeps to it.
    """

    def __init__(self, head: Head, budget: int) -> None:
        self.head = head
        self.budget = budget
        self.points = 0
        self.pieces: list[Piece] = []
        self.values: list[Float[Tensor, "_ text"]] = []
        self.slopes: list[Float[Tensor, "_ pos"]] = []
        self.store = Store(0)

    def over(self, path: IntegrationPath) -> None:
        """Pass over the points of `path` too."""
        self.points += len(path.a)
        adapter, n_tokens = self.head.adapter, len(path.x)
        beside = self.head.bytes_beside(self.points)
        self.plan = Plan.of(adapter, n_tokens, self.points, self.budget, beside)
        self.store.resize(self.plan.held)
        first, size = len(self.pieces), evenly(len(path.a), self.plan.points)
        for start in range(0, len(path.a), size):
            part_of = path.part(start, start + size)
            self.pieces.append(_piece(self.head, part_of, self.plan.keeps))
        with part(0.0, 0.5):
            last = _up(self.head, self.pieces[first:], self.store, first)
        with part(0.5, 1.0):
            self._down(first, last)

    def settle(self, path: IntegrationPath) -> None:
        """Take the weights of all points from `path`, which has them in the pieces' order, and join
        pieces that came one by one: few large ones are faster to walk through than many small."""
        sizes = [len(piece.first) for piece in self.pieces]
        for piece, weights in zip(self.pieces, path.weights.split(sizes), strict=True):
            piece.weights = weights.to(piece.first)
        groups = _groups(sizes, self.plan.points)
        store = Store(self.plan.held)
        pieces = []
        for place, group in enumerate(groups):
            pieces.append(Piece.joined([self.pieces[index] for index in group], self.plan.keeps))
            for number in reversed(range(pieces[0].n_layers)):  # the first is wanted first
                checkpoint()
                layers = [self.store.take(index, number) for index in group]
                held = [layer for layer in layers if layer is not None]
                if len(held) == len(group):
                    store.hold(place, Layer.joined(pieces[place], held))
        self.pieces, self.store = pieces, store

    def _down(self, first: int, last: Sequence[Float[Tensor, "_ target d_model"]]) -> None:
        """Q and the slopes at the points of the pieces from number `first` on."""
        values, gradients = zip(*map(self.head.value, last), strict=True)
        numbers = range(first, len(self.pieces))
        G = dict(zip(numbers, gradients, strict=True))
        for index in numbers:
            self.pieces[index].begin_down(G[index])
        for number in steps(range(self.pieces[0].n_layers)[::-1]):
            order = self.store.order(number, numbers)
            for place, index in enumerate(order, start=1):
                checkpoint()
                layer = self.store.layer(self.pieces, index, number)
                G[index] = layer.pull_back(G[index])
                self.store.hold(index, layer, order[place:])
        axes = "point pos d_model, point pos d_model -> point pos"
        self.values.extend(values)
        self.slopes.extend(einsum(axes, self.pieces[i].tangent, G[i]) for i in numbers)


def _groups(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Numbers of neighbouring pieces, joined as long as they have `most` points or fewer."""
    groups: list[list[int]] = []
    room = 0
    for index, size in enumerate(sizes):
        if size > room:
            groups.append([])
            room = most
        groups[-1].append(index)
        room -= size
    return groups


def _piece(head: Head, path: IntegrationPath, keeps: Keeps = Keeps.NO_D) -> Piece:
    embedding = head.adapter.embedding
    first, norm = blocks.embed(embedding, path.points)
    tangent = blocks.embedding_tangent(embedding, norm, path.direction.unsqueeze(0))
    return Piece(head.adapter, head.targets, path.weights.to(first), tangent, first, keeps)


def _up(
    head: Head, pieces: Sequence[Piece], store: Store, number_of_first: int
) -> list[Float[Tensor, "_ target d_model"]]:
    """H[L] of each of the pieces at the targets."""
    hidden = [piece.first for piece in pieces]
    for number in steps(range(len(head.adapter.blocks))):
        for index, piece in enumerate(pieces):
            H, state = through_block(
                head.adapter, number, hidden[index], rows=head.targets, slopes=True
            )
            hidden[index] = H
            piece.norms.append(state.norm_2)
            store.hold(number_of_first + index, Layer.after(piece, number, state))
    return hidden
