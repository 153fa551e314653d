"""Attention rollout (Abnar and Zuidema, ACL 2020, arXiv 2005.00928)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explainer.rivals.scored import Array, ScoredRoute, edge_weights


def rollout(attention: Array) -> Array:
    """How much of each input token is in each hidden state [L + 1, pos, input]; rows sum to 1.

    The product of the layers' mean attention, half of it replaced by staying.
    """
    weights = edge_weights(attention, residual=True, reduce="mean")
    found = [np.eye(weights.shape[-1])]
    for step in weights:
        found.append(step @ found[-1])
    return np.stack(found)


def rollout_to(attention: Array, targets: Sequence[int]) -> Array:
    """How much of the targets' last states, on average, rollout takes from every node
    [L + 1, pos]; each layer sums to 1."""
    return rolled_to(edge_weights(attention, residual=True, reduce="mean"), targets)


def rolled_to(layers: Array, targets: Sequence[int]) -> Array:
    """The same of any matrices [L, to, from] whose rows sum to 1: the products of those above."""
    above = [np.eye(layers.shape[-1])[list(targets)].mean(0)]
    for step in layers[::-1]:
        above.append(above[-1] @ step)
    return np.stack(above[::-1])


def rollout_path(attention: Array, word: int, target: int) -> ScoredRoute:
    """At every layer the node through which most of the word's rollout to the target passes."""
    below = rollout(attention)[:, :, word]
    passing = below * rollout_to(attention, [target])
    return ScoredRoute(tuple(passing.argmax(axis=1).tolist()), None, float(below[-1, target]))
