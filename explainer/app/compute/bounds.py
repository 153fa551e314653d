"""How long a computation may take in the app, and how much memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from explainer.app.compute.request import Request
from explainer.app.work.limits import SECONDS_VARIABLE, allowed_seconds, budget
from explainer.base.errors import ExplainerError
from explainer.base.numbers import duration
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.results.settings import Settings, usual_points

WORTH = 0.9
"""What takes no less than this share of the time is no help."""


def check_effort(
    model: Model,
    request: Request,
    settings: Settings,
    *,
    words: int | None = None,
    flow: bool = False,
) -> Estimate:
    """What an explanation of what is asked takes; raises ExplainerError as `allowed` does."""
    size = size_of(model, request)

    def effort(of: Settings) -> Estimate:
        return estimate(model, size, of, budget(), words=words, flow=flow)

    return allowed(effort, settings)


def size_of(model: Model, request: Request) -> Size:
    """What tells how long it takes to answer; raises ExplainerError for what cannot be read."""
    sentence = read_asked(model, request.text, request.pair, request.contrast)
    return Size.most(model, sentence, request.contrast)


def allowed(effort: Callable[[Settings], Estimate], settings: Settings) -> Estimate:
    """The effort under these settings; raises ExplainerError where it is too much, with what to
    change, which `effort` is asked for too."""
    most, found = allowed_seconds(), effort(settings)
    if found.seconds <= most:
        return found
    raise ExplainerError(
        f"This would take {found.says}, and here {duration(most)} are allowed: take "
        f"{_what_helps(effort, settings, found.seconds, most)} (on a server of your own, "
        f"{SECONDS_VARIABLE} allows more)."
    )


def _what_helps(
    effort: Callable[[Settings], Estimate], settings: Settings, seconds: float, most: float
) -> str:
    """What is enough by itself, what helps most first; else what helps together; else that, and a
    shorter sentence."""
    enough: list[tuple[float, str]] = []
    best: list[tuple[str, dict[str, Any]]] = []
    for changes in (_points(settings, most / seconds), _searches(settings)):
        helps: list[tuple[float, str, dict[str, Any]]] = []
        for said, change in changes.items():
            with suppress(ExplainerError):  # of memory: then it is no way on
                takes = effort(replace(settings, **change)).seconds
                if takes < WORTH * seconds:
                    helps.append((takes, said, change))
        helps.sort(key=lambda one: one[0])
        enough += [(takes, said) for takes, said, _ in helps if takes <= most]
        best += [(said, change) for _, said, change in helps[:1]]
    if enough:
        *others, last = [said for _, said in sorted(enough)]
        return " or ".join([", ".join(others), last] if others else [last])
    named = [said for said, _ in best]
    with suppress(ExplainerError):
        every = {name: value for _, change in best for name, value in change.items()}
        if len(best) > 1 and effort(replace(settings, **every)).seconds <= most:
            return " and ".join(named)
    return " and ".join([*named, "a shorter sentence"])


Changes = dict[str, dict[str, Any]]
"""Changes of the settings, by what they are called."""


def _points(settings: Settings, share: float) -> Changes:
    """How the path can have fewer points; `share` is how much of the time is allowed."""
    found: Changes = {}
    points = settings.expected_points
    fewer = math.floor(points * share)
    adaptive: dict[str, Any] = {"rule": "adaptive", "points": None}
    expected = replace(settings, **adaptive).expected_points
    if settings.rule != "adaptive" and expected < points:
        found[f"the adaptive rule (about {expected} points)"] = adaptive
    if usual_points("trapezoid") <= fewer < points:
        found[f"{fewer} points instead of {points:,}"] = {"points": fewer}
    return found


def _searches(settings: Settings) -> Changes:
    """How less is looked for."""
    found: Changes = {}
    if settings.top_k > 1:
        found["fewer patterns kept (top k)"] = {"top_k": 1}
    if settings.joint_beam is not None:
        if settings.joint_beam > settings.top_k:
            found["a narrower beam"] = {"beam": settings.top_k}
        found["the staged search"] = {"search": "staged"}
    return found
