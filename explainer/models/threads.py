"""How many threads a computation has."""

from __future__ import annotations

import torch


def threads() -> int:
    """Threads that this thread's computations have."""
    return torch.get_num_threads()


def use_threads(number: int) -> None:
    """Compute with so many from now on, where this thread does."""
    if torch.get_num_threads() != number:
        torch.set_num_threads(number)
