"""A path by chance: what any method should beat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from explainer.results.pattern import SKIP, Component
from explainer.rivals.path import Path


def random_path(
    rng: np.random.Generator, word: int, target: int, *, layers: int, heads: int, n_tokens: int
) -> Path:
    """Every node between and every possible component equally likely."""
    between = rng.integers(n_tokens, size=layers - 1).tolist()
    nodes = (word, *between, target)
    components: list[Component] = []
    for source, end in pairwise(nodes):
        drawn = int(rng.integers(heads + (source == end)))
        components.append(SKIP if drawn == heads else drawn)
    return Path(nodes, tuple(components), 0.0)
