"""What rivals see of a text: one forward pass, all its internals, and Q's gradient at its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.models.adapter import Adapter
from explainer.models.block import BlockState, embed
from explainer.models.encode import through_blocks
from explainer.models.norms import NormState
from explainer.models.shapes import Float
from explainer.question.readouts.quantity import Quantity


@dataclass(frozen=True, eq=False)
class Observed:
    """A text's forward pass: word embeddings `z`, `hidden[l]` = H[l], and the state of each block.

    The states have one point. `adapter` is that of the text (`Adapter.of`).
    """

    adapter: Adapter
    quantity: Quantity
    z: Float[Tensor, "pos d_embedding"]
    hidden: tuple[Float[Tensor, "pos d_model"], ...]
    states: tuple[BlockState, ...]

    @staticmethod
    def of(adapter: Adapter, z: Float[Tensor, "pos d_embedding"], quantity: Quantity) -> Observed:
        """Run the network, recording gradients where the caller does."""
        first, _ = embed(adapter.embedding, z.unsqueeze(0))
        hidden, states = [first[0]], []
        for H, state in through_blocks(adapter, first):
            hidden.append(H[0])
            states.append(state)
        return Observed(adapter, quantity, z, tuple(hidden), tuple(states))

    def check_post_norm(self, method: str) -> None:
        """Refuse a method that is defined for blocks which normalise after their sums alone."""
        if any(block.pre_norm for block in self.adapter.blocks):
            raise ExplainerError(
                f"{method} is defined for blocks that normalise after their sums, and this model "
                "normalises before them: choose another method, or another model."
            )

    @property
    def targets(self) -> list[int]:
        """Positions of the target nodes."""
        return list(self.quantity.positions)

    @property
    def value(self) -> Float[Tensor, ""]:
        """Q, recording gradients where the caller does."""
        return self.value_of(self.hidden[-1][self.targets].unsqueeze(0))[0]

    def value_of(self, last: Float[Tensor, "point target d_model"]) -> Float[Tensor, " point"]:
        """Q from last hidden states of the targets."""
        return self.quantity.readout.value(self.adapter, last)

    @cached_property
    def head_gradient(self) -> Float[Tensor, "target d_model"]:
        """∂Q/∂H[L] of the targets."""
        with torch.enable_grad():
            last = self.hidden[-1][self.targets].detach().unsqueeze(0).requires_grad_()
            (gradient,) = torch.autograd.grad(self.value_of(last).sum(), last)
        return gradient[0]


def standardised(
    norm: NormState, gain: Float[Tensor, " d_model"], parts: Float[Tensor, "row part d_model"]
) -> Float[Tensor, "row part d_model"]:
    """What a LayerNorm that is linear at its own scale makes of parts of its input, row by row.

    With all parts of an input they sum to its output without the bias.
    """
    centred = parts - parts.mean(-1, keepdim=True)
    return centred * gain * norm.scale[0].unsqueeze(1)
