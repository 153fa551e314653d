"""One step of patterns by itself: what its component carries, and what every other one would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from explainer.results.pattern import Pattern
from explainer.results.route import Edge


@dataclass(frozen=True)
class Step:
    """One step that `patterns` take, and what they carry by every component, summed (logits).

    `candidates` has skip first and then every head.
    """

    edge: Edge
    patterns: tuple[Pattern, ...]
    candidates: tuple[float, ...]

    @property
    def carried(self) -> float:
        """What the step's own component carries."""
        by = self.edge.component
        return self.candidates[by + 1 if isinstance(by, int) else 0]


def step_of(edge: Edge, patterns: Iterable[Pattern]) -> Step:
    """The step with those of the patterns that take it."""
    taking = tuple(p for p in patterns if p.passes(edge, "attention"))
    rows = [p.attention_candidates[edge.layer] for p in taking]
    return Step(edge, taking, tuple(map(sum, zip(*rows, strict=True))))
