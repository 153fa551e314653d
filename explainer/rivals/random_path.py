"""A path by chance: what any method should beat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from explainer.results.route import SKIP, Component
from explainer.rivals.scored import ScoredRoute


def random_path(
    rng: np.random.Generator, word: int, target: int, *, layers: int, heads: int, n_tokens: int
) -> ScoredRoute:
    """Every node between and every possible component equally likely."""
    between = rng.integers(n_tokens, size=layers - 1).tolist()
    nodes = (word, *between, target)
    components: list[Component] = []
    for source, end in pairwise(nodes):
        drawn = int(rng.integers(heads + (source == end)))
        components.append(SKIP if drawn == heads else drawn)
    return ScoredRoute(nodes, tuple(components), 0.0)
