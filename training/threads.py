"""Choose the number of threads that is faster at the moment, on a machine shared with others.

Two threads wait for each other at every matrix product: when another program holds one core,
a single thread gets more done.
"""

from __future__ import annotations

import os

import torch

CYCLE = 60
"""Steps from one comparison to the next."""
TRIAL = 5
"""Steps that each number of threads gets in a comparison."""


class Threads:
    """Compares one thread with all at the start of every cycle and keeps the faster."""

    def __init__(self) -> None:
        self.counts = sorted({1, os.cpu_count() or 1})
        self.speeds: dict[int, float] = {}
        self.tokens, self.seconds, self.steps = 0, 0.0, 0
        torch.set_num_threads(self.counts[0])

    def after_step(self, tokens: int, seconds: float) -> None:
        """Count a step and set the number of threads of the next one."""
        self.tokens += tokens
        self.seconds += seconds
        self.steps += 1
        if self.steps % TRIAL == 0 and self.steps <= TRIAL * len(self.counts):
            self.speeds[torch.get_num_threads()] = self.tokens / self.seconds
            self.tokens, self.seconds = 0, 0.0
            left = self.counts[self.steps // TRIAL :]
            torch.set_num_threads(left[0] if left else self.fastest())
        if self.steps == CYCLE:
            self.tokens, self.seconds, self.steps = 0, 0.0, 0
            torch.set_num_threads(self.counts[0])

    def fastest(self) -> int:
        """Return the number of threads that did best in the last comparison."""
        return max(self.speeds, key=lambda count: self.speeds[count])
