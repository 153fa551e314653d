"""The multiplications of an explanation, counted before it begins.

Only products of matrices count; what else there is takes time in proportion, and is part of the
pace at which they are done (`pace`). Of one block, at one point of the path, with d of the model,
f of its feed-forward layer and n tokens:

    a token        4 d² + 2 d f, for projections and feed-forward
    forward        n tokens and 2 n² d for attention; backward as much, attention twice
    a word's path  a token and 2 n d to choose its next node; a token pulled back;
                   a token to choose a component; in the joint search before that a token and
                   2 n d for each partial pattern that is followed
    total flow     n tokens and 6 n² d

Layers that do not fit in memory are made again on every way through the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from explainer.influence.memory import Plan
from explainer.models.adapter import Adapter
from explainer.results.settings import Settings

MADE_AGAIN = 0.75
"""Of a forward pass: what making a layer again takes, for which one of two products suffices."""
WALKS = 5
"""How often a batch of paths meets every layer: twice to choose nodes, once on the way down, twice
to choose components."""
JOINT_WALKS = 6
"""The same in the joint search: twice to search, once to score the nodes that it found, once on the
way down, twice to score their components."""


@dataclass(frozen=True)
class Effort:
    """Multiplications for the trace, for the patterns, and for the total flow."""

    trace: float
    patterns: float = 0.0
    flow: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.trace + self.patterns + self.flow

    @property
    def traced(self) -> float:
        """The trace's share of the whole."""
        return self.trace / self.total

    @property
    def refined(self) -> float:
        """The patterns' share of what comes after the trace."""
        return self.patterns / (self.patterns + self.flow) if self.patterns else 0.0


def effort(
    adapter: Adapter,
    n_tokens: int,
    settings: Settings,
    budget: int,
    *,
    words: int | None = None,
    flow: bool = False,
) -> Effort:
    """What it takes to explain `n_tokens`, with the patterns of the strongest `words` (None: all).

    `budget` is in bytes. Raises ExplainerError where that is too small for the text.
    """
    plan = Plan.of(adapter, n_tokens, settings.expected_points, budget)
    token, d, forward = _sizes(adapter, n_tokens)
    again = plan.made_again * MADE_AGAIN * forward
    followed = n_tokens if words is None else min(words, n_tokens)
    beam, kept = settings.joint_beam, settings.top_k
    batches = -(-followed // max(1, plan.paths // (beam or kept)))
    path = kept * (3 * token + 2 * n_tokens * d)
    if beam is not None:
        path += beam * (token + 2 * n_tokens * d)
    walks = WALKS if beam is None else JOINT_WALKS
    times = settings.expected_points * len(adapter.blocks)
    return Effort(
        trace=times * (2 * forward + 2 * n_tokens**2 * d + again),
        patterns=times * (followed * path + batches * walks * again),
        flow=times * (forward + 4 * n_tokens**2 * d + again) if flow else 0.0,
    )


def passes(adapter: Adapter, n_tokens: int, number: int = 1) -> float:
    """The multiplications of so many forward passes of a text, without the head."""
    return float(number * len(adapter.blocks) * _sizes(adapter, n_tokens)[2])


def forward_and_back(adapter: Adapter, n_tokens: int) -> float:
    """The multiplications of one block forward and backward at one point."""
    _, d, forward = _sizes(adapter, n_tokens)
    return float(2 * forward + 2 * n_tokens**2 * d)


def _sizes(adapter: Adapter, n_tokens: int) -> tuple[int, int, int]:
    """A token's multiplications in a block, d, and those of a forward pass of one block."""
    d_ff, d = adapter.blocks[0].W_1.shape
    token = 4 * d * d + 2 * d * d_ff
    return token, d, n_tokens * token + 2 * n_tokens**2 * d
