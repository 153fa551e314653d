"""Explanations made by hand, for figures: no model has run."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from explainer.results.explanation import Explanation
from explainer.results.model_info import ModelInfo
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component
from explainer.results.settings import Settings
from explainer.results.target import Target
from explainer.results.total_flow import TotalFlow

HOSTILE = "<b>&amp;%{x}\x00</b>"


def pattern(
    token: str, g: float, nodes: tuple[int, ...], components: tuple[Component, ...]
) -> Pattern:
    """A pattern that keeps half of g at the embedding and a quarter at the attention level."""
    layers = len(components)
    return Pattern(
        token=token,
        influence=g,
        nodes=nodes,
        embedding_influence=g / 2,
        embedding_trail=tuple(np.linspace(g, g / 2, layers).tolist()),
        components=components,
        attention_influence=g / 4,
        attention_trail=tuple(np.linspace(g / 2, g / 4, layers).tolist()),
    )


def small_explanation() -> Explanation:
    """Four words and a mask through three blocks: two share a head's step, all share the last."""
    tokens = ("[CLS]", "farmers", HOSTILE, "[MASK]", "old")
    patterns = (
        pattern("farmers", 2.0, (1, 1, 3, 3), (SKIP, 1, SKIP)),
        pattern(HOSTILE, 1.2, (2, 1, 3, 3), (0, 1, SKIP)),
        pattern("old", -0.8, (4, 4, 4, 3), (SKIP, SKIP, 3)),
        pattern("[CLS]", 0.4, (0, 3, 3, 3), (2, SKIP, SKIP)),
    )
    rng = np.random.default_rng(0)
    return Explanation(
        model=ModelInfo("toy", "masked-lm", 3, 4, 8),
        tokens=tokens,
        target=Target((3,), "are", "is", 1.9, -0.9),
        settings=Settings(),
        influence=(0.4, 2.0, 1.2, 0.0, -0.8),
        completeness_gap=0.0,
        points_used=24,
        patterns=patterns,
        flow=TotalFlow(rng.normal(size=(3, 5)), rng.normal(size=(3, 4, 5, 5))),
    )


def large_explanation() -> Explanation:
    """Forty tokens through twelve blocks, every word with its own way."""
    rng = np.random.default_rng(1)
    n, layers, target = 40, 12, 20
    patterns = []
    for source in [i for i in range(n) if i != target]:
        turns = sorted(rng.integers(0, layers, 2))
        middle = int(rng.integers(n))
        nodes = [source if k <= turns[0] else middle for k in range(layers)] + [target]
        components: tuple[Component, ...] = tuple(
            SKIP if a == b and rng.random() < 0.8 else int(rng.integers(12))
            for a, b in pairwise(nodes)
        )
        g = float(rng.normal())
        patterns.append(pattern(f"word{source}", g, tuple(nodes), components))
    influence = [0.0] * n
    for p in patterns:
        influence[p.source] = p.influence
    return Explanation(
        model=ModelInfo("toy", "masked-lm", layers, 12, 8),
        tokens=tuple("[MASK]" if i == target else f"word{i}" for i in range(n)),
        target=Target((target,), "are", "is", 1.0, 0.0),
        settings=Settings(),
        influence=tuple(influence),
        completeness_gap=0.0,
        points_used=24,
        patterns=tuple(sorted(patterns, key=lambda p: -abs(p.influence))),
        flow=TotalFlow(rng.normal(size=(layers, n)), rng.normal(size=(layers, 12, n, n))),
    )
