"""One block at some points of the path, with all that its derivatives are made of."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from explainer.models import block as blocks
from explainer.models.adapter import Adapter, Block
from explainer.models.shapes import Int


@dataclass(frozen=True, eq=False)
class Layer:
    """One block's weights, internals and derivatives at some points.

    `rows` [to] are the tokens behind the rows `to`; None stands for all of them.
    """

    block: Block
    state: blocks.BlockState
    sensitivity: blocks.Sensitivity
    rows: Int[Tensor, " to"] | None

    def row_of(self, positions: Int[Tensor, " batch"]) -> Int[Tensor, " batch"]:
        """The row of each of `positions`, all of which must be among `rows`."""
        if self.rows is None:
            return positions
        return (positions.unsqueeze(1) == self.rows).int().argmax(1)


def rows_wanted(adapter: Adapter, number: int, target: Int[Tensor, ""]) -> Int[Tensor, " 1"] | None:
    """Every token's next hidden state is wanted, but for the last block only the target's."""
    return target.view(1) if number == len(adapter.blocks) - 1 else None
