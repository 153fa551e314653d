"""How many multiplications this machine does a second in the engine, measured once a process.

What is measured is what a trace does: one block of the very model, forward and backward at some
points. It takes under a quarter of a second, and is kept for all blocks of that size.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from explainer.influence.effort.count import forward_and_back
from explainer.influence.layer import Layer, Piece
from explainer.models import block as blocks
from explainer.models.adapter import Adapter
from explainer.models.encode import without_gradients

TOKENS = 32
WORK = {"cpu": 1e9, "cuda": 1e11}
"""Multiplications of one measure, if as many points as are usual have them."""
MOST_POINTS = {"cpu": 24, "cuda": 512}
ROUNDS = 4
"""The fastest counts: what else the machine does makes the others slower."""
ENOUGH = 0.2
"""Seconds after which no other round begins."""


class _Kind(NamedTuple):
    """What the pace depends on."""

    device: torch.device
    dtype: torch.dtype
    sizes: tuple[int, ...]
    threads: int


_known: dict[_Kind, float] = {}
_measuring = threading.Lock()


def pace(adapter: Adapter) -> float:
    """Multiplications a second with blocks as those of this adapter."""
    block = adapter.blocks[0]
    sizes = (*block.W_1.shape, block.n_heads)
    kind = _Kind(adapter.device, adapter.dtype, sizes, torch.get_num_threads())
    with _measuring:  # two at once would measure each other
        if kind not in _known:
            _known[kind] = _measured(adapter)
        return _known[kind]


def _measured(adapter: Adapter) -> float:
    once = forward_and_back(adapter, TOKENS)
    where = adapter.device.type
    points = max(1, min(MOST_POINTS[where], round(WORK[where] / once)))
    shape = (points, TOKENS, adapter.blocks[0].W_1.shape[1])
    source = torch.Generator(device=adapter.device).manual_seed(0)

    def drawn() -> Tensor:
        return torch.randn(shape, generator=source, device=adapter.device, dtype=adapter.dtype)

    H, G = drawn(), drawn()
    # The first of two blocks, since of the last one only the target's row is computed.
    pair = replace(adapter, blocks=(adapter.blocks[0],) * 2, apart=None)
    fastest, spent = float("inf"), 0.0
    with without_gradients():
        for _ in range(ROUNDS):
            took = _round(pair, H, G)
            fastest, spent = min(fastest, took), spent + took
            if spent > ENOUGH:
                break
    return points * once / fastest


def _round(adapter: Adapter, H: Tensor, G: Tensor) -> float:
    """Seconds of one block forward and backward."""
    start = time.perf_counter()
    weights = H.new_ones(H.shape[:2])
    piece = Piece(adapter, torch.zeros(1, dtype=torch.long, device=H.device), weights, H, H)
    _, state = blocks.forward(adapter.blocks[0], H, None)
    piece.norms.append(state.norm_2)
    Layer.after(piece, 0, state).pull_back(G)
    if H.is_cuda:
        torch.cuda.synchronize(H.device)
    return max(time.perf_counter() - start, 1e-9)
