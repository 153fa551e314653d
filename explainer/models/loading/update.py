"""A model stored as what differs from another one: merged when it is loaded.

The update's file holds whole weights that replace or join the base's, and low-rank factors
`NAME.down` [rank, in] and `NAME.up` [out, rank] of the change of weight NAME: W + up · down.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

DOWN, UP = ".down", ".up"


def merge(
    base: Mapping[str, Tensor], update: Mapping[str, Tensor], dtype: torch.dtype
) -> dict[str, Tensor]:
    """The weights of the whole model in `dtype`, which is also the precision of the sums."""
    merged = {name: weight.to(dtype) for name, weight in base.items()}
    for name, weight in update.items():
        if name.endswith(UP):
            changed = name.removesuffix(UP)
            merged[changed] = merged[changed] + weight.to(dtype) @ update[changed + DOWN].to(dtype)
        elif not name.endswith(DOWN):
            merged[name] = weight.to(dtype)
    return merged
