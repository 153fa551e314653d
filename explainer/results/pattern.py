"""The pattern of one word: the route that was found for it, and how much influence it carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add
from typing import Any, NamedTuple

from explainer.base.checks import one_of
from explainer.base.errors import ExplainerError
from explainer.results.route import LEVELS, SKIP, Component, Edge, Level, Route

RECORDED = (
    *("source", "token", "influence", "nodes", "embedding_influence", "embedding_trail"),
    *("components", "attention_influence", "attention_trail"),
)
"""What of every pattern is in its record, in the record's order."""
PARTS = "attention_parts"
"""In the record too, but in none of schema 1."""
CANDIDATES = ("attention_candidates", "candidate_parts")
"""In the record where they were asked for."""


class HeadParts(NamedTuple):
    """How a head carries influence along a step, in logits; the three add up to all it carries.

    A word's influence arrives at the step's source as a change of that token's hidden state. By
    `value` the target takes over what the source says; by `key` the source draws more or less of
    the target's attention; by `query` the source itself attends elsewhere, which counts only where
    it is the target too, and is 0 elsewhere. Each has a sign of its own.
    """

    value: float
    key: float
    query: float

    @staticmethod
    def together(every: Iterable[HeadParts | None]) -> HeadParts | None:
        """The sum of several, part by part; None where one of them is None, and of nothing."""
        total = None
        for one in every:
            if one is None:
                return None
            total = one if total is None else HeadParts(*map(add, total, one))
        return total


@dataclass(frozen=True, kw_only=True)
class Pattern(Route):
    """A word's route and what it carries, at both levels; influences are signed, in logits.

    `nodes` holds L + 1 positions, `components` L entries, and each trail the influence after
    every refinement (L values, the last one being the pattern's own influence). `attention_parts`
    says for every step how its head carries what the trail has there, None for skip; it is empty
    where that is not known, as in a record of schema 1. `attention_candidates` has a row per step
    with the influence by skip and by every head, of which the chosen is one, and `candidate_parts`,
    where it was asked for, the parts of every head; only then are both in the record. Raises
    ExplainerError where the lengths do not belong together, and for what is no route.
    """

    components: tuple[Component, ...]
    token: str
    influence: float
    embedding_influence: float
    embedding_trail: tuple[float, ...]
    attention_influence: float
    attention_trail: tuple[float, ...]
    attention_candidates: tuple[tuple[float, ...], ...] = ()
    attention_parts: tuple[HeadParts | None, ...] = ()
    candidate_parts: tuple[tuple[HeadParts, ...], ...] = ()

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
        self._check_parts()

    def _check_parts(self) -> None:
        """Refuse parts that are not of this pattern's heads, or of its candidates."""
        by_skip = [component == SKIP for component in self.components]
        heads = [len(row) - 1 for row in self.attention_candidates]
        if self.candidate_parts and [len(row) for row in self.candidate_parts] != heads:
            raise ExplainerError(
                "The pattern's parts are not of its candidates: give value, key and query for "
                "every head of each step."
            )
        if self.attention_parts and [part is None for part in self.attention_parts] != by_skip:
            raise ExplainerError(
                "The pattern's parts are not of its steps: give value, key and query for every "
                "head and None for every skip."
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

    def steps(self) -> Iterator[tuple[Edge, float, HeadParts | None]]:
        """Each step, what the pattern carries after it, and how its head carries that."""
        parts = self.attention_parts or (None,) * len(self.components)
        return zip(self.edges("attention"), self.attention_trail, parts, strict=True)

    def to_dict(self, *, parts: bool = True) -> dict[str, Any]:
        """The pattern's record as plain Python values, with the heads' parts or without.

        Where all candidates' parts are known, they and the candidates are in it too.
        """
        values = ((name, getattr(self, name)) for name in RECORDED)
        record = {n: list(value) if isinstance(value, tuple) else value for n, value in values}
        if parts and self.attention_parts:
            record[PARTS] = [None if part is None else [*part] for part in self.attention_parts]
        if parts and self.candidate_parts:
            by_head = [[[*head] for head in row] for row in self.candidate_parts]
            known = ([[*row] for row in self.attention_candidates], by_head)
            record |= zip(CANDIDATES, known, strict=True)
        return record
