"""What patterns claim, in numbers: how much they carry, by what, and how alike they are.

Shares are of 1, entropies in nats.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explainer.base.checks import one_of
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import LEVELS, SKIP, Component, Level

STRONGER = 0.001
"""A pattern is stronger from this share of the other's strength on: less is rounding."""


def concentration(explanation: Explanation, patterns: Iterable[Pattern], level: Level) -> float:
    """The share of all influence Σ|g| that `patterns` carry, each in its word's direction.

    Below 0 where patterns work against their words, above 1 where what they leave out does.
    """
    one_of("level", level, LEVELS)
    chosen = tuple(patterns)
    total = sum(abs(g) for g in explanation.influence)
    carried = _in_direction([p.influence for p in chosen], [p.value(level) for p in chosen])
    return carried / total if total else 0.0


def carried_share(influence: Sequence[float], carried: Sequence[float]) -> float:
    """The share of these words' influence Σ|g| that is `carried`, each in its word's direction.

    Raises ExplainerError where there are not as many of one as of the other.
    """
    _alike((influence, carried))
    total = sum(map(abs, influence))
    return _in_direction(influence, carried) / total if total else 0.0


def _in_direction(influence: Sequence[float], carried: Sequence[float]) -> float:
    return sum(c * math.copysign(1.0, g) for g, c in zip(influence, carried, strict=True))


def outdone(
    found: Iterable[Pattern], wider: Iterable[Pattern], level: Level = "embedding"
) -> tuple[tuple[Pattern, Pattern], ...]:
    """Patterns whose words have a stronger one at `level` in `wider`, each with that one.

    Strength is influence in the word's direction; where it gains most stands first.
    """
    one_of("level", level, LEVELS)

    def strength(pattern: Pattern) -> float:
        return math.copysign(1.0, pattern.influence) * pattern.value(level)

    def gain(pair: tuple[Pattern, Pattern]) -> float:
        return strength(pair[1]) - strength(pair[0])

    best: dict[int, Pattern] = {}
    for pattern in wider:
        held = best.setdefault(pattern.source, pattern)
        if strength(pattern) > strength(held):
            best[pattern.source] = pattern
    pairs = [(pattern, best[pattern.source]) for pattern in found if pattern.source in best]
    better = [pair for pair in pairs if gain(pair) > STRONGER * abs(strength(pair[0]))]
    return tuple(sorted(better, key=lambda pair: -gain(pair)))


def skip_share_of_steps(patterns: Sequence[Pattern]) -> float:
    """The share of the patterns' steps that are skip connections."""
    steps = [component for pattern in patterns for component in pattern.components]
    return steps.count(SKIP) / len(steps) if steps else 0.0


def path_count(explanation: Explanation, level: Level) -> int:
    """How many paths lead from the words with influence to the targets.

    At the attention level a step takes any head, or skip as well where it stays: the matrix of
    steps is M = h·J + 1 (J all ones), and Mᴸ = 1 + J·((1 + h·n)ᴸ − 1)/n counts the paths.
    """
    one_of("level", level, LEVELS)
    n, layers, heads = len(explanation.tokens), explanation.model.layers, explanation.model.heads
    words = {pattern.source for pattern in explanation.patterns}
    targets = explanation.target.positions
    if level == "embedding":
        return len(words) * n ** (layers - 1) * len(targets)
    to_each = ((1 + heads * n) ** layers - 1) // n
    return len(words) * len(targets) * to_each + len(words.intersection(targets))


def sparsity(explanation: Explanation, patterns: Sequence[Pattern], level: Level) -> float:
    """The share of all paths that are drawn as patterns."""
    paths = path_count(explanation, level)
    return len(patterns) / paths if paths else 0.0


def entropy(values: Iterable[Hashable]) -> float:
    """Entropy of the empirical distribution of `values`, in nats: 0 if all agree, ln n if none."""
    counts = Counter(values)
    total = counts.total()
    return -sum(c / total * math.log(c / total) for c in counts.values()) if total else 0.0


def node_entropy(paths: Sequence[Sequence[int]]) -> tuple[float, ...]:
    """Entropy of the nodes at every layer over paths of sentences of one form.

    The paper's measure of consistency: low where the model treats all of them alike. Raises
    ExplainerError for paths of different lengths.
    """
    _alike(paths)
    return tuple(entropy(layer) for layer in zip(*paths, strict=True))


def component_entropy(paths: Sequence[Sequence[Component]]) -> tuple[float, ...]:
    """Entropy of the components at every block over patterns of sentences of one form.

    Raises ExplainerError for patterns of different lengths.
    """
    _alike(paths)
    return tuple(entropy(block) for block in zip(*paths, strict=True))


def alignment(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of inner nodes that two paths between the same ends have in common.

    Raises ExplainerError for paths of different lengths.
    """
    _alike((one, other))
    pairs = list(zip(one, other, strict=True))[1:-1]
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 1.0


def rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """Spearman's rank correlation of two rows of numbers, ties sharing the mean of their ranks.

    nan for fewer than three pairs, and where either row has one value only; what differs by
    rounding is a tie. Raises ExplainerError for rows of different lengths.
    """
    rows = [np.asarray(row, float).round(12) for row in (one, other)]
    _alike([row.tolist() for row in rows])
    if len(rows[0]) < 3 or any(np.ptp(row) == 0 for row in rows):
        return math.nan
    return float(np.corrcoef([_ranks(row) for row in rows])[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The place of each value in their order."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[which])


def _alike(sequences: Sequence[Sequence[object]]) -> None:
    lengths = sorted({len(sequence) for sequence in sequences})
    if len(lengths) > 1:
        raise ExplainerError(
            f"The sequences have {listed(lengths)} entries: give as many in each, those of models "
            "of one depth."
        )
