"""What is held of a layer where memory is short, how much that is, and how pieces are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

import torch
from torch import Tensor


class Keeps(Enum):
    """What layers that are held keep of what is soon made again, and large in long texts."""

    EVERYTHING = "D, A and o"
    NO_D = "A and o"
    PROJECTIONS = "neither, but what A and o are made of"


def bytes_of(made: Any) -> int:
    """What a tensor, or a record of tensors, takes."""
    if isinstance(made, Tensor):
        return made.numel() * made.itemsize
    return sum(bytes_of(getattr(made, field.name)) for field in fields(made))


def joined(parts: Sequence[Any]) -> Any:
    """Tensors, or records of tensors, of several pieces as those of one."""
    first = parts[0]
    if isinstance(first, Tensor):
        return torch.cat(list(parts))
    return type(first)(
        *(joined([getattr(part, field.name) for part in parts]) for field in fields(first))
    )
