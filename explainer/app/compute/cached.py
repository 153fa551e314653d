"""Cached calls: a question is answered once, for all sessions.

The answer, if it is there, needs no model: a toggle that changes no gradient computes nothing
again. If somebody else is waiting for it, both wait for the same. Without it the model computes by
`on`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import update_wrapper
from importlib import import_module
from typing import Any, Generic, TypeVar

from explainer.app.compute.flights import Flight
from explainer.app.compute.request import Source
from explainer.app.compute.server import answers, flights, on
from explainer.app.compute.waiting import waited_for
from explainer.app.serving.log import COUNTS
from explainer.app.state.pooled import normalised, version
from explainer.app.work.kept import MISSING
from explainer.app.work.loader import Loaded
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model

Answer = TypeVar("Answer")
LOOK_UP = 0.1
"""Seconds between two looks at how far the same question of somebody else is."""


@dataclass(frozen=True)
class Asked:
    """A cached function's work on these arguments, by its names: other processes can read it."""

    module: str
    name: str
    source: Source
    rest: tuple[Hashable, ...]

    def __call__(self, loaded: Loaded) -> Any:
        """The answer."""
        function: Computed[Any] = getattr(import_module(self.module), self.name)
        source = replace(self.source, version=loaded.version)
        return function.within(loaded.model, source, *self.rest)


class Computed(Generic[Answer]):
    """A function of a model, a source and further plain values, called without the model.

    `effort` is called with the same arguments before the turn: it estimates, and raises for what
    takes too long. What is `shared` by several works is kept where they compute, too.
    """

    def __init__(
        self,
        function: Callable[..., Answer],
        effort: Callable[..., Estimate] | None = None,
        shared: bool = False,
    ) -> None:
        self._function, self._effort, self._shared = function, effort, shared
        update_wrapper(self, function)

    def __call__(self, source: Source, *rest: Hashable) -> Answer:
        """The answer, computed if it is not there; raises ExplainerError."""
        if not source.version:
            source = replace(source, version=version(source.model))
        question = self._question(source, *rest)
        while True:
            found: Answer = answers().get(question)
            if found is not MISSING:
                COUNTS.add("cached", 0.0, 0.0)
                return found
            with flights().joined(question) as (flight, own):
                if own:
                    return self._computed(source, rest, question, flight)
                _follow(flight, question)

    def _computed(
        self, source: Source, rest: tuple[Hashable, ...], question: Hashable, flight: Flight
    ) -> Answer:
        seen = [source.version]

        def effort(loaded: Loaded) -> Estimate | None:
            seen[0] = loaded.version
            if self._effort is None:
                return None
            flight.found = self._effort(
                loaded.model, replace(source, version=loaded.version), *rest
            )
            return flight.found

        work = Asked(self._function.__module__, self._function.__qualname__, source, rest)
        found: Answer = on(
            *(source.model, work),
            kind=self._function.__name__.strip("_"),
            asked=source.version,
            effort=effort,
            question=question,
            hear=flight.hear,
        )
        answers().put(self._question(replace(source, version=seen[0]), *rest), found)
        return found

    def within(self, loaded: Model, source: Source, *rest: Hashable) -> Answer:
        """The same for a work that has the turn and the model."""
        if not self._shared:
            return self._function(loaded, source, *rest)
        question = self._question(source, *rest)
        found: Answer = answers().get(question)
        if found is MISSING:
            found = self._function(loaded, source, *rest)
            answers().put(question, found)
        return found

    def _question(self, source: Source, *rest: Hashable) -> Hashable:
        named = replace(source, model=normalised(source.model))
        return (self._function.__module__, self._function.__qualname__, named, *rest)


def _follow(flight: Flight, question: Hashable) -> None:
    """Wait until somebody else's flight has ended, as for one of one's own.

    It may be the same session's: the run of a page that is cancelled goes on to its next look while
    the run that follows is already here.
    """
    with waited_for(flight.found, question) as wait:
        wait.begin()
        while not flight.ended(LOOK_UP):
            wait.hear(flight.done)
            wait.look()


def computed(
    effort: Callable[..., Estimate] | None = None, *, shared: bool = False
) -> Callable[[Callable[..., Answer]], Computed[Answer]]:
    """A decorator: `Computed` with these."""
    return lambda function: Computed(function, effort, shared)
