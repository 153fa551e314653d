"""The patterns of many sentences in one graph: which steps they take, how often, how strongly.

Sentences of one form put the same role at the same position; of others a token's role is where it
stands beside the target. Everything is a mean over sentences, in Q's unit: a step carries in one
sentence what the patterns that take it carry from beginning to end.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from explainer.base.errors import ExplainerError
from explainer.results.common.classes import Between, WordClass
from explainer.results.model_info import ModelInfo
from explainer.results.route import SKIP, Component, Edge
from explainer.results.target import Unit


class Role(NamedTuple):
    """A place in the sentences: what it is called, in how many it is there, its mean influence
    over all sentences, and the standard error of that."""

    name: str
    sentences: int
    influence: float
    error: float = math.inf


class CommonStep(NamedTuple):
    """A step by one component, from one role to another.

    `sentences` take it; `positive` and `negative` are the means, over all sentences, of what it
    carries for and against the answer. `value`, `key` and `query` are the means of how its head
    carries on arrival, 0 for skip. `error` is the standard error of the mean of what it carries,
    over sentences, infinite for one sentence.
    """

    layer: int
    source: int
    target: int
    component: Component
    sentences: int
    positive: float
    negative: float
    value: float
    key: float
    query: float
    error: float

    @property
    def place(self) -> Edge:
        """The step itself, from role to role."""
        return Edge(self.layer, self.source, self.target, self.component)

    @property
    def size(self) -> float:
        """What it carries, whatever for."""
        return self.positive - self.negative

    @property
    def total(self) -> float:
        """What it carries for the answer, less what against."""
        return self.positive + self.negative


class Example(NamedTuple):
    """A sentence of the run, by its number and id, and what goes through a head in it."""

    number: int
    id: str
    text: str
    carried: float


class Mean(NamedTuple):
    """A mean over sentences with its 95 % interval, from its standard error."""

    value: float
    low: float
    high: float

    @staticmethod
    def of(count: int, total: float, squares: float) -> Mean:
        """From how many there are, their sum and the sum of their squares."""
        mean = total / count
        spread = (
            max(0.0, squares / count - mean**2) * count / (count - 1) if count > 1 else math.inf
        )
        half = 1.96 * math.sqrt(spread / count)
        return Mean(mean, mean - half, mean + half)


@dataclass(frozen=True)
class CommonPattern:
    """What the patterns of `sentences` have in common.

    `aligned` where all are of one form, so that roles are positions; `targets` are the roles at
    which Q is read. `node_entropy` and `component_entropy` [L] are in nats, the mean over roles of
    the entropy, over sentences, of where its pattern is after each block and by what it got there:
    0 where all sentences agree. `skips` is the share of the patterns' steps that are skip
    connections, `right` that of sentences whose answer is preferred, None where there is no rival.
    `examples` has, for each head by layer and number, the sentences in which most goes through it,
    `between` from which class of words to which most of it goes, `spread` in how many sentences
    patterns take it, and the standard error of the mean of what they carry. `classes` are those of
    the sentences' words, the one with most influence first.
    """

    model: ModelInfo
    sentences: int
    unit: Unit
    aligned: bool
    roles: tuple[Role, ...]
    targets: tuple[int, ...]
    steps: tuple[CommonStep, ...]
    node_entropy: tuple[float, ...]
    component_entropy: tuple[float, ...]
    skips: Mean
    right: float | None
    examples: Mapping[tuple[int, int], tuple[Example, ...]] = field(default_factory=dict)
    classes: tuple[WordClass, ...] = ()
    between: Mapping[tuple[int, int], tuple[Between, ...]] = field(default_factory=dict)
    spread: Mapping[tuple[int, int], tuple[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sentences < 1:
            raise ExplainerError("There is no sentence to be drawn: choose others.")
        roles, blocks = range(len(self.roles)), range(self.model.layers)
        if not {*self.targets, *(at for step in self.steps for at in step[1:3])} <= {*roles}:
            raise ExplainerError("A step or target is at no role of the sentences.")
        if not {step.layer for step in self.steps} <= {*blocks} or any(
            len(of) != len(blocks) for of in (self.node_entropy, self.component_entropy)
        ):
            raise ExplainerError("The steps and entropies are not of the model's blocks.")

    @cached_property
    def edges(self) -> dict[tuple[int, int, int], tuple[CommonStep, ...]]:
        """Layer, source and target → the steps between them, the strongest first."""
        return by_edge(self.steps)

    @cached_property
    def heads(self) -> tuple[HeadSummary, ...]:
        """What each head carries, the strongest first."""
        found: dict[tuple[int, int], list[CommonStep]] = defaultdict(list)
        for step in self.steps:
            if step.component != SKIP:
                found[step.layer, int(step.component)].append(step)
        of = (HeadSummary.of(self, *place, steps) for place, steps in found.items())
        return tuple(sorted(of, key=lambda head: -head.size))


def by_edge(steps: Iterable[CommonStep]) -> dict[tuple[int, int, int], tuple[CommonStep, ...]]:
    """Layer, source and target → the steps between them, the strongest first."""
    found: dict[tuple[int, int, int], list[CommonStep]] = defaultdict(list)
    for step in steps:
        found[step.layer, step.source, step.target].append(step)
    return {edge: tuple(sorted(of, key=lambda step: -step.size)) for edge, of in found.items()}


class HeadSummary(NamedTuple):
    """What one head carries over all sentences, along which step most of it, and where most.

    `size` is the mean of what patterns through it carry, whatever for; `total` with its sign, and
    `error` the standard error of that, over sentences; in `sentences` patterns take it. `between`
    is from which class of words to which most of it goes.
    """

    layer: int
    head: int
    size: float
    total: float
    value: float
    key: float
    query: float
    strongest: CommonStep
    examples: tuple[Example, ...]
    sentences: int
    error: float
    between: tuple[Between, ...]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `total`, from its standard error."""
        return self.total - 1.96 * self.error, self.total + 1.96 * self.error

    @staticmethod
    def of(
        common: CommonPattern, layer: int, head: int, steps: Iterable[CommonStep]
    ) -> HeadSummary:
        """From its steps, and what else is known of it."""
        every = tuple(steps)
        size, total, value, key, query = (
            math.fsum(getattr(step, name) for step in every)
            for name in ("size", "total", "value", "key", "query")
        )
        strongest = max(every, key=lambda step: step.size)
        place = (layer, head)
        sentences, error = common.spread.get(place, (strongest.sentences, math.inf))
        examples, between = common.examples.get(place, ()), common.between.get(place, ())
        return HeadSummary(
            *(layer, head, size, total, value, key, query),
            strongest=strongest,
            examples=examples,
            sentences=sentences,
            error=error,
            between=between,
        )
