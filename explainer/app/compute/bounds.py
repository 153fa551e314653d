"""How long a computation may take in the app, and how much memory."""

from __future__ import annotations

import math
import os
from functools import cache

from explainer.app.compute.request import Request
from explainer.base.budget import given_budget
from explainer.base.errors import ExplainerError
from explainer.base.numbers import duration
from explainer.base.quote import quote
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.results.settings import Settings, usual_points

SECONDS_VARIABLE = "EXPLAINER_SECONDS"
DEFAULT_SECONDS = 60
OVERTIME = 2
"""A computation is stopped after this many times what it may take by estimate."""


def allowed_seconds() -> int:
    """Seconds that a computation may take by estimate; raises ExplainerError for a bad setting."""
    given = os.environ.get(SECONDS_VARIABLE, "").strip() or str(DEFAULT_SECONDS)
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0 and len(given) <= 9):
        raise ExplainerError(
            f"The environment variable {SECONDS_VARIABLE} is {quote(given)}: set it to a whole "
            "number of seconds, or leave it out."
        )
    return int(given)


@cache
def budget() -> int:
    """Bytes that a computation may take: one number for the server's life.

    What is free changes with every answer that is kept; what is estimated, refused and done must
    not.
    """
    return given_budget()


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
    return allowed(estimate(model, size, settings, budget(), words=words, flow=flow), settings)


def size_of(model: Model, request: Request) -> Size:
    """What tells how long it takes to answer; raises ExplainerError for what cannot be read."""
    sentence = read_asked(model, request.text, request.pair, request.contrast)
    return Size.most(model, sentence, request.contrast)


def allowed(found: Estimate, settings: Settings) -> Estimate:
    """The estimate; raises ExplainerError with what to lower where it is too much."""
    most = allowed_seconds()
    if found.seconds <= most:
        return found
    fewer = math.floor(settings.expected_points * most / found.seconds)
    worth = fewer >= usual_points("trapezoid")
    lower = [f"{fewer} points instead of {settings.expected_points:,}"] if worth else []
    lower += ["fewer patterns kept (top k)"] if settings.top_k > 1 else []
    lower += ["a narrower beam"] if (settings.joint_beam or 1) > max(1, settings.top_k) else []
    raise ExplainerError(
        f"This would take {found.says}, and here {duration(most)} are allowed: take "
        f"{' or '.join([*lower, 'a shorter sentence'])} (on a server of your own, "
        f"{SECONDS_VARIABLE} allows more)."
    )
