"""How many multiplications this machine does a second in the engine, by a short measurement.

What is measured is what a trace does: one block of the very model, forward and backward at some
points. It takes a quarter of a second, and is kept for all blocks of that size. On a
processor the time counts in which this thread computes: what else happens to run at that moment
would slow down every estimate until the process ends.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from explainer.influence.effort.count import forward_and_back
from explainer.influence.layer import Layer
from explainer.influence.piece import Piece
from explainer.models import block as blocks
from explainer.models.adapter import Adapter
from explainer.models.encode import without_gradients

TOKENS = 32
WORK = {"cpu": 2e9, "cuda": 1e11}
"""Multiplications of one measure, if as many points as are usual have them."""
MOST_POINTS = {"cpu": 24, "cuda": 512}
ROUNDS = 4
"""Besides the first one, in which things are made ready."""
ENOUGH = 0.15
"""Seconds after which no other round begins."""
LEAST = 1e-6
"""Seconds: a clock may not have moved."""


class _Kind(NamedTuple):
    """What the pace depends on."""

    device: torch.device
    dtype: torch.dtype
    sizes: tuple[int, ...]
    threads: int


_known: dict[_Kind, float] = {}
_measuring = threading.Lock()


def pace(adapter: Adapter, *, again: bool = False) -> float:
    """Multiplications a second with blocks as those of this adapter, measured once a process.

    `again` measures once more, and the faster one counts from then on.
    """
    block = adapter.blocks[0]
    sizes = (*block.W_1.shape, block.n_heads)
    kind = _Kind(adapter.device, adapter.dtype, sizes, torch.get_num_threads())
    with _measuring:  # two at once would measure each other
        if again or kind not in _known:
            _known[kind] = max(_known.get(kind, 0.0), _measured(adapter))
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
    pair = replace(adapter, blocks=(adapter.blocks[0],) * 2, apart=None, places=None)
    rounds, spent = 0, 0.0
    with without_gradients():
        _round(pair, H, G)
        while rounds < ROUNDS and spent < ENOUGH:
            spent += _round(pair, H, G)
            rounds += 1
    return points * once * rounds / max(spent, LEAST)


def _round(adapter: Adapter, H: Tensor, G: Tensor) -> float:
    """Seconds of one block forward and backward."""
    clock = time.perf_counter if H.is_cuda else time.thread_time
    start = clock()
    weights = H.new_ones(H.shape[:2])
    piece = Piece(adapter, torch.zeros(1, dtype=torch.long, device=H.device), weights, H, H)
    _, state = blocks.forward(adapter.blocks[0], H, None, slopes=True)
    piece.norms.append(state.norm_2)
    Layer.after(piece, 0, state).pull_back(G)
    if H.is_cuda:
        torch.cuda.synchronize(H.device)
    return clock() - start
