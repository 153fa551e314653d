"""One forward and one backward pass along the integration path: all that patterns are made of.

1. Points z(a) = b + a·(x − b) on the word embeddings, with quadrature weights (`path`).
2. Forward through the blocks; of the last one only the targets' rows are needed.
3. The head's gradient at the targets, then backward in closed form (`layer`).
4. Influence of word j: g_j = Σ_s w_s ⟨T_j, G_j⟩ with T_j the tangent of H[0]_j towards x_j − b_j.

What is kept of it, and what is computed again when it is asked for, is up to `memory`. Several
texts can be followed at once: side by side, each attending to itself alone and with targets and a Q
of its own, they are one text to everything here, and nothing flows from one to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor

from explainer.base.budget import given_budget
from explainer.base.checkpoint import checkpoint, part
from explainer.influence.layer import Layer
from explainer.influence.memory import VECTORS, Plan, Store
from explainer.influence.passes import Head, Passes
from explainer.influence.piece import Piece
from explainer.influence.sampling.adaptive import Adaptive
from explainer.influence.sampling.path import IntegrationPath
from explainer.influence.sampling.rounds import in_rounds, share_done
from explainer.models.adapter import Adapter, Block
from explainer.models.shapes import Float, Int, einsum
from explainer.question.readouts.quantity import Quantity

Result = TypeVar("Result")


@dataclass(frozen=True)
class Followed:
    """One text of a trace: tokens `start` to before `stop`, Q at both ends, g of every token.

    `targets` are the positions of its target nodes, at which Q is read, `first_row` the row of the
    first of them among those of all texts; positions count through all texts of the trace. `points`
    is how many points of the path its influence is a sum over.
    """

    start: int
    stop: int
    targets: tuple[int, ...]
    first_row: int
    value: float
    baseline_value: float
    influence: tuple[float, ...]
    points: int

    @property
    def completeness_gap(self) -> float:
        """Σ g − (Q(x) − Q(b)), the quadrature's error in logits."""
        return sum(self.influence) - (self.value - self.baseline_value)

    @property
    def rows(self) -> slice:
        """The rows of its targets among those of all texts."""
        return slice(self.first_row, self.first_row + len(self.targets))


@dataclass(frozen=True, eq=False)
class Trace:
    """The whole path of one text or of several, with what is known of every block.

    `values` is Q of every text at every point, `slopes` what each token adds to dQ/da there,
    ⟨T_j, G_j⟩. `pieces` and `store` are for `tangents` and `cotangents`, which walk through the
    blocks.
    """

    path: IntegrationPath
    texts: tuple[Followed, ...]
    plan: Plan
    pieces: tuple[Piece, ...]
    store: Store
    values: Float[Tensor, "point text"]
    slopes: Float[Tensor, "point pos"]

    @property
    def adapter(self) -> Adapter:
        """The network's weights."""
        return self.pieces[0].adapter

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        return self.adapter.device

    @property
    def n_layers(self) -> int:
        """Number of blocks L."""
        return len(self.adapter.blocks)

    def block(self, number: int) -> Block:
        """The weights of block `number`."""
        return self.adapter.blocks[number]

    @property
    def n_heads(self) -> int:
        """Number of heads of a block."""
        return self.block(0).n_heads

    @property
    def n_tokens(self) -> int:
        """Number of tokens of all texts."""
        return self.texts[-1].stop

    @cached_property
    def influence(self) -> tuple[float, ...]:
        """The integrated gradient of every token, in logits."""
        return tuple(g for text in self.texts for g in text.influence)

    def text_of(self, position: int) -> tuple[int, Followed]:
        """Number and text of the token at a position."""
        number = self._text_of[position]
        return number, self.texts[number]

    @cached_property
    def _text_of(self) -> list[int]:
        return [k for k, text in enumerate(self.texts) for _ in range(text.start, text.stop)]

    @property
    def only(self) -> Followed:
        """The text of a trace that follows one."""
        (text,) = self.texts
        return text

    @property
    def target(self) -> int:
        """Position of the only target node (L, target) of the only text."""
        (target,) = self.only.targets
        return target

    @property
    def targets(self) -> Int[Tensor, " target"]:
        """The positions of the target nodes of all texts: the rows of the last block."""
        return self.pieces[0].targets

    @property
    def ends_apart(self) -> bool:
        """Whether a text has several targets, so that a path has to choose where it ends."""
        return len(self.targets) > len(self.texts)

    @property
    def value(self) -> float:
        """Q of the only text."""
        return self.only.value

    @property
    def baseline_value(self) -> float:
        """Q of the only text's baseline."""
        return self.only.baseline_value

    @property
    def completeness_gap(self) -> float:
        """Σ g − (Q(x) − Q(b)) of the only text."""
        return self.only.completeness_gap

    @cached_property
    def mean_gradient(self) -> tuple[Float[Tensor, "_ d_model"], ...]:
        """Σ_s w_s ∂Q/∂H[l] of every l, at H[L] of the targets alone."""
        axes = "point row d_model, point row -> row d_model"

        def mean(index: int, layer: Layer) -> Tensor:
            return einsum(axes, layer.gradient(), self.pieces[index].weights)

        below = [torch.stack(self.at_block(number, mean)).sum(0) for number in range(self.n_layers)]
        last = [einsum(axes, p.head_G, p.weights.index_select(1, p.targets)) for p in self.pieces]
        return (*below, torch.stack(last).sum(0))

    def last_hidden(self, layer: int) -> Float[Tensor, "row d_model"]:
        """H[layer] at the point nearest to the input, at H[L] of the targets alone."""
        _, point = self.path.ends
        for piece in self.pieces:
            if point < len(piece.first):
                return piece.hidden(layer)[point]
            point -= len(piece.first)
        raise AssertionError("every point is in a piece")

    def index(self, numbers: Sequence[int]) -> Int[Tensor, " number"]:
        """Whole numbers as a tensor that indexes this trace's own."""
        return torch.tensor(numbers, dtype=torch.long, device=self.device)

    def make_room(self, vectors: int | None = None) -> None:
        """Hold so much of the blocks that there is room for so many vectors of paths at every
        point, or for as many as there are at the most."""
        plan = self.plan
        most = max(plan.vectors, plan.tangents * VECTORS)
        self.store.resize(plan.beside(most if vectors is None else vectors))

    def at_block(self, number: int, work: Callable[[int, Layer], Result]) -> list[Result]:
        """`work` of the number of every piece and its layer of a block, in the pieces' order."""
        found: dict[int, Result] = {}
        order = self.store.order(number, range(len(self.pieces)))
        for place, index in enumerate(order, start=1):
            checkpoint()
            layer = self.store.layer(self.pieces, index, number)
            found[index] = work(index, layer)
            self.store.hold(index, layer, order[place:])
        return [found[index] for index in range(len(self.pieces))]


def trace_together(
    adapter: Adapter,
    path: IntegrationPath,
    quantities: Sequence[Quantity],
    lengths: Sequence[int],
    budget: int | None = None,
    adaptive: Adaptive | None = None,
) -> Trace:
    """Follow the Q of texts of these lengths along a path, with so many bytes of memory.

    The texts stand one after the other in path and adapter; a quantity's positions count within
    its text. Without a `budget` it is the default of `base.budget`. With `adaptive` the path has
    the points to begin with, and every text gets more where it needs them.
    """
    ends = torch.tensor(lengths).cumsum(0).tolist()
    starts = [0, *ends[:-1]]
    targets = [
        tuple(position + start for position in quantity.positions)
        for quantity, start in zip(quantities, starts, strict=True)
    ]
    rows = [0, *torch.tensor([len(some) for some in targets]).cumsum(0).tolist()]
    every = torch.tensor([at for some in targets for at in some], device=adapter.device)
    head = Head(adapter, quantities, every)
    passes = Passes(head, given_budget(budget, adapter.device))
    with part(0.0, 1.0 if adaptive is None else share_done(len(path.a))):
        passes.over(path)
    points = [len(path.a)] * len(lengths)
    if adaptive is not None:
        path, points = in_rounds(passes, path, adaptive, lengths)
    values, slopes = torch.cat(passes.values), torch.cat(passes.slopes)
    with part(1.0, 1.0):
        at_ends = values[[*path.ends]] if path.has_both_ends else head.value_at(path.at_ends())
    influence = (path.weights.to(slopes) * slopes).sum(0).tolist()
    texts = [
        Followed(start, stop, at, row, value, base, tuple(influence[start:stop]), count)
        for start, stop, at, row, base, value, count in zip(
            starts, ends, targets, rows[:-1], *at_ends.tolist(), points, strict=True
        )
    ]
    pieces = tuple(passes.pieces)
    return Trace(path, tuple(texts), passes.plan, pieces, passes.store, values, slopes)
