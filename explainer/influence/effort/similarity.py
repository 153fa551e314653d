"""The multiplications of what two texts are compared by, word by word, counted before it begins.

Of one block, at one point of the path (names as in `count`): a forward pass, and for each choice of
tokens that move n tokens and 4 n² d, for the scores and the outputs of attention move by two terms
each. Of the last block all tokens are counted, as where the embedding is their mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from explainer.influence.effort.count import effort, passes, projection
from explainer.influence.effort.size import Size
from explainer.models.adapter import Adapter
from explainer.results.settings import Settings


def shares_effort(adapter: Adapter, n_tokens: int, moves: int, settings: Settings) -> float:
    """What it takes to find what so many choices of a text's tokens add to its embedding."""
    forward, attended = passes(adapter, n_tokens), _attention(adapter, n_tokens)
    projected = projection(adapter, n_tokens)  # of the tangents once: a choice takes some of them
    moved = forward - projected + attended
    once = forward + projected + moves * moved
    if settings.rule == "adaptive":
        once += forward + projected + moved
    return settings.expected_points * once + 2 * forward  # and both ends


def matrix_effort(adapter: Adapter, sizes: Sequence[int], settings: Settings) -> float:
    """What the matrix of two texts of so many tokens takes."""
    return sum(shares_effort(adapter, n, n, settings) for n in sizes)


def paths_effort(
    adapter: Adapter, sizes: Sequence[int], settings: Settings, budget: int, pooled: bool
) -> float:
    """What the paths of one pair of words take, with Q read at all tokens where they are `pooled`.

    Raises ExplainerError where the budget, in bytes, is too small for a text.
    """
    work = 0.0
    for n in sizes:
        work += shares_effort(adapter, n, 1, settings)
        work += effort(adapter, Size(n, n if pooled else 1), settings, budget).total
    return work


def _attention(adapter: Adapter, n_tokens: int) -> float:
    """The multiplications of two products of attention in every block."""
    return float(len(adapter.blocks) * 2 * n_tokens**2 * adapter.blocks[0].W_1.shape[1])
