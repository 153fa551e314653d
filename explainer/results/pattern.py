"""The pattern of one word: the route that was found for it, and how much influence it carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explainer.base.checks import one_of
from explainer.base.errors import ExplainerError
from explainer.results.route import LEVELS, Component, Level, Route

RECORDED = (
    *("source", "token", "influence", "nodes", "embedding_influence", "embedding_trail"),
    *("components", "attention_influence", "attention_trail"),
)
"""What of a pattern is in its record, in the record's order."""


@dataclass(frozen=True, kw_only=True)
class Pattern(Route):
    """A word's route and what it carries, at both levels; influences are signed, in logits.

    `nodes` holds L + 1 positions, `components` L entries, and each trail the influence after
    every refinement (L values, the last one being the pattern's own influence).
    `attention_candidates` has a row per step with the influence by skip and by every head, of
    which the chosen is one; it is not part of the record. Raises ExplainerError where the lengths
    do not belong together, and for what is no route.
    """

    components: tuple[Component, ...]
    token: str
    influence: float
    embedding_influence: float
    embedding_trail: tuple[float, ...]
    attention_influence: float
    attention_trail: tuple[float, ...]
    attention_candidates: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.components is None or None in self.components:
            raise ExplainerError(
                "The pattern leaves a step open: give a head or 'skip' for every step."
            )
        steps = len(self.components)
        if (
            len(self.embedding_trail) != steps
            or len(self.attention_trail) != steps
            or len(self.attention_candidates) not in (0, steps)
        ):
            raise ExplainerError(
                f"The pattern has {steps} components, trails of {len(self.embedding_trail)} and "
                f"{len(self.attention_trail)} and candidates for "
                f"{len(self.attention_candidates)}: give a value in each trail for every component."
            )

    def value(self, level: Level) -> float:
        """The influence that the pattern carries at `level`, in logits."""
        if one_of("level", level, LEVELS) == "embedding":
            return self.embedding_influence
        return self.attention_influence

    def share(self, level: Level) -> float:
        """The part of the word's influence that its pattern carries, as a share of 1.

        0 where the word has none, as after merging pieces that cancel.
        """
        return self.value(level) / self.influence if self.influence else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The pattern's record as plain Python values."""
        values = ((name, getattr(self, name)) for name in RECORDED)
        return {n: list(value) if isinstance(value, tuple) else value for n, value in values}
