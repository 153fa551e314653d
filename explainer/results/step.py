"""One step of patterns by itself: what its component carries, and what every other one would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import SKIP, Component, Edge


@dataclass(frozen=True)
class Step:
    """One step that `patterns` take, and what they carry by every component, summed (logits).

    `candidates` has skip first and then every head; `parts` says how the step's own head carries
    it, None for skip and where a pattern does not tell.
    """

    edge: Edge
    patterns: tuple[Pattern, ...]
    candidates: tuple[float, ...]
    parts: HeadParts | None

    @property
    def carried(self) -> float:
        """What the step's own component carries."""
        by = self.edge.component
        return self.candidates[by + 1 if isinstance(by, int) else 0]

    @property
    def ranked(self) -> tuple[tuple[Component, float], ...]:
        """Components with what each would carry, the strongest in the step's direction first.

        A tie goes to skip, as in refinement.
        """
        components: list[Component] = [SKIP, *range(len(self.candidates) - 1)]
        pairs = zip(components, self.candidates, strict=True)
        return tuple(sorted(pairs, key=lambda pair: -self.carried * pair[1]))


def step_of(edge: Edge, patterns: Iterable[Pattern]) -> Step:
    """The step with those of the patterns that take it."""
    taking = tuple(p for p in patterns if p.passes(edge, "attention"))
    rows = [p.attention_candidates[edge.layer] for p in taking]
    return Step(edge, taking, tuple(map(sum, zip(*rows, strict=True))), parts_of(edge, taking))


def parts_of(edge: Edge, taking: Sequence[Pattern]) -> HeadParts | None:
    """How the head of an edge carries what the patterns that take it carry there, all together.

    None for skip, and where one of them does not tell.
    """
    return HeadParts.together(
        p.attention_parts[edge.layer] if p.attention_parts else None for p in taking
    )
