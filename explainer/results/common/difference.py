"""Where two choices of sentences differ: what each step carries in the one, less in the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.results.common.pattern import CommonPattern, CommonStep, Role, by_edge
from explainer.results.model_info import ModelInfo
from explainer.results.target import Unit

WIDE = 1.96
"""Standard errors to either side of a 95 % interval."""


@dataclass(frozen=True)
class CommonDifference:
    """The patterns in common of `first` less those of `second`, in means over their sentences.

    Roles are of both in turn, so sentences of one form stand beside sentences of a form as long.
    Raises ExplainerError for two that cannot be laid over each other: of other models (whose heads
    by one number have nothing to do with each other), roles or units.
    """

    first: CommonPattern
    second: CommonPattern

    def __post_init__(self) -> None:
        one, other = self.first, self.second
        if one.model != other.model:
            raise ExplainerError(
                f"The sentences are of {quote(one.model.name)} and {quote(other.model.name)}, and "
                "heads of two models cannot be subtracted: choose two groups of one run."
            )
        alike = len(one.roles) == len(other.roles) and one.targets == other.targets
        if not alike or one.aligned != other.aligned or one.unit != other.unit:
            raise ExplainerError(
                "The sentences of the two groups have other places or units, so that no step of "
                "one is that of the other: choose groups of one form."
            )

    @property
    def model(self) -> ModelInfo:
        """The model of both."""
        return self.first.model

    @property
    def unit(self) -> Unit:
        """What influence is in."""
        return self.first.unit

    @property
    def targets(self) -> tuple[int, ...]:
        """The roles at which Q is read."""
        return self.first.targets

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles by both names, each with the difference of its mean influence."""
        return tuple(
            Role(
                one.name if one.name == other.name else f"{one.name} / {other.name}",
                one.sentences + other.sentences,
                one.influence - other.influence,
                math.hypot(one.error, other.error),
            )
            for one, other in zip(self.first.roles, self.second.roles, strict=True)
        )

    @cached_property
    def steps(self) -> tuple[CommonStep, ...]:
        """Each step with what it carries more in the first, or less: one of both is 0.

        Its sentences are those of both that take it. Left out are steps whose difference can be
        chance: its 95 % interval, from the standard errors and for each step by itself, holds 0.
        """
        known = [{step[:4]: step for step in one.steps} for one in (self.first, self.second)]
        found = []
        for place in dict.fromkeys((*known[0], *known[1])):
            nothing = CommonStep(*place, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            one, other = (steps.get(place, nothing) for steps in known)
            more, error = one.total - other.total, math.hypot(one.error, other.error)
            if abs(more) <= WIDE * error:
                continue
            found.append(
                CommonStep(
                    *place,
                    one.sentences + other.sentences,
                    max(more, 0.0),
                    min(more, 0.0),
                    *(one.value - other.value, one.key - other.key, one.query - other.query),
                    error,
                )
            )
        return tuple(sorted(found, key=lambda s: (s.layer, -s.size, s.source, s.target)))

    @cached_property
    def edges(self) -> dict[tuple[int, int, int], tuple[CommonStep, ...]]:
        """Layer, source and target → the steps between them, what differs most first."""
        return by_edge(self.steps)
