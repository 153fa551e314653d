"""Low-rank updates of a model's projections: W + B A with B [out, rank] and A [rank, in].

Few numbers are trained and stored, and the sum is an ordinary weight again (LoRA; Hu et al.,
2022, arXiv 2106.09685).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class LowRank(nn.Module):
    """A frozen projection with a trained low-rank update, zero at the start."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, base.in_features) * base.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + linear(linear(x, self.down), self.up)


def add_low_rank(module: nn.Module, rank: int) -> None:
    """Put a low-rank update beside every projection inside `module`."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, LowRank(child, rank))
        else:
            add_low_rank(child, rank)


def updates(model: nn.Module) -> dict[str, Tensor]:
    """Every factor by the name of the weight it updates: `NAME.down` and `NAME.up`."""
    return {
        f"{name}.weight.{factor}": getattr(module, factor).detach()
        for name, module in model.named_modules()
        if isinstance(module, LowRank)
        for factor in ("down", "up")
    }
