"""Cached calls: a question is answered once, for all sessions.

The answer, if it is there, needs no model: a toggle that changes no gradient computes nothing
again. Without it the model computes by `on`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import update_wrapper
from typing import Generic, TypeVar

from explainer.app.compute.answers import MISSING
from explainer.app.compute.loader import Loaded
from explainer.app.compute.request import Source
from explainer.app.compute.server import answers, on
from explainer.app.state.pooled import normalised, version
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model

Answer = TypeVar("Answer")


class Computed(Generic[Answer]):
    """A function of a model, a source and further plain values, called without the model.

    `effort` is called with the same arguments before the turn: it estimates, and raises for what
    takes too long.
    """

    def __init__(
        self, function: Callable[..., Answer], effort: Callable[..., Estimate] | None = None
    ) -> None:
        self._function, self._effort = function, effort
        update_wrapper(self, function)

    def __call__(self, source: Source, *rest: Hashable) -> Answer:
        """The answer, computed if it is not there; raises ExplainerError."""
        if not source.version:
            source = replace(source, version=version(source.model))
        found: Answer = answers().get(self._question(source, *rest))
        if found is not MISSING:
            return found

        def effort(loaded: Loaded) -> Estimate | None:
            if self._effort is None:
                return None
            return self._effort(loaded.model, replace(source, version=loaded.version), *rest)

        def work(loaded: Loaded) -> Answer:
            # Somebody who was before may have asked the same.
            return self.within(loaded.model, replace(source, version=loaded.version), *rest)

        question = self._question(source, *rest)
        return on(source.model, work, asked=source.version, effort=effort, question=question)

    def within(self, loaded: Model, source: Source, *rest: Hashable) -> Answer:
        """The same for a work that has the turn and the model."""
        question = self._question(source, *rest)
        kept = answers()
        found: Answer = kept.get(question)
        if found is MISSING:
            found = self._function(loaded, source, *rest)
            kept.put(question, found)
        return found

    def _question(self, source: Source, *rest: Hashable) -> Hashable:
        named = replace(source, model=normalised(source.model))
        return (self._function.__module__, self._function.__qualname__, named, *rest)


def computed(
    effort: Callable[..., Estimate] | None = None,
) -> Callable[[Callable[..., Answer]], Computed[Answer]]:
    """A decorator: `Computed` with this `effort`."""
    return lambda function: Computed(function, effort)
