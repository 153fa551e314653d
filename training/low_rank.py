"""Low-rank updates of a model's projections: W + B A with B [out, rank] and A [rank, in].

Few numbers are trained and stored, and the sum is an ordinary weight again (LoRA; Hu et al.,
2022, arXiv 2106.09685).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class LowRank(nn.Module):
    """A frozen projection with a trained low-rank update, zero at the start."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        base.weight.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, base.in_features) * base.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + linear(linear(x, self.down), self.up)

    @torch.no_grad()
    def approximate(self, weight: Tensor) -> None:
        """Set the update to the best one of its rank that leads to `weight` [out, in]."""
        left, scales, right = torch.linalg.svd(weight - self.base.weight, full_matrices=False)
        rank = len(self.down)
        roots = scales[:rank].sqrt()
        self.up.copy_(left[:, :rank] * roots)
        self.down.copy_(roots[:, None] * right[:rank])


def add_low_rank(module: nn.Module, rank: int) -> None:
    """Put a low-rank update beside every projection inside `module`."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, LowRank(child, rank))
        else:
            add_low_rank(child, rank)


def low_rank(model: nn.Module) -> Iterator[tuple[str, LowRank]]:
    """Yield every updated projection by its name."""
    for name, module in model.named_modules():
        if isinstance(module, LowRank):
            yield name, module


def updates(model: nn.Module) -> dict[str, Tensor]:
    """Every factor by the name of the weight it updates: `NAME.down` and `NAME.up`."""
    return {
        f"{name}.weight.{factor}": getattr(module, factor).detach()
        for name, module in low_rank(model)
        for factor in ("down", "up")
    }
