"""How Q is read from the last hidden states at some positions."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from explainer.models.adapter import Adapter
from explainer.models.forward import rounding
from explainer.models.shapes import Float
from explainer.results.target import Unit


def least_rounding(adapter: Adapter, weight: float = 1.0) -> float:
    """How far another way to a number of 1 may be off, for each unit of `weight`."""
    return weight * rounding(torch.ones(1, dtype=adapter.dtype), adapter.inside)


@runtime_checkable
class Readout(Protocol):
    """Q as a differentiable function of the last hidden states at the positions of a `Quantity`.

    `classes` are the token ids or class numbers that it is about, the one asked for first; none
    where it is about none.
    """

    @property
    def unit(self) -> Unit:
        """What Q is measured in."""
        ...

    @property
    def classes(self) -> tuple[int, ...]:
        """The numbers of what is asked about."""
        ...

    def value(
        self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]
    ) -> Float[Tensor, " point"]:
        """Q from the last hidden states at the quantity's positions, in their order."""
        ...

    def rounding(self, adapter: Adapter, last: Float[Tensor, "point pos d_model"]) -> float:
        """How far another way to Q may be off by rounding alone."""
        ...

    def least_rounding(self, adapter: Adapter) -> float:
        """The least that `rounding` may be, for which nothing is computed."""
        ...
