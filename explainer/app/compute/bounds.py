"""How long a computation takes, estimated before it begins, and how long it may take in the app.

The arithmetic of a pass grows with tokens × points × layers and the width of the model; what a
core does of it a second was measured with the built-in models.
"""

from __future__ import annotations

import math
import os

from explainer.base.budget import given_budget
from explainer.base.errors import ExplainerError
from explainer.base.numbers import duration
from explainer.base.quote import quote
from explainer.influence.memory import Plan
from explainer.models.model import Model
from explainer.question.sentence import read_sentence
from explainer.results.settings import Settings

SECONDS_VARIABLE = "EXPLAINER_SECONDS"
DEFAULT_SECONDS = 60
RATE = 1e10
"""Operations of a forward pass a second, where an explanation (all of its passes) runs on one core:
measured 1.0–1.1e10 for 12 to 60 tokens."""
PIECEWISE = 1.8
"""How much longer it takes in pieces, whose internals are computed again."""
PASSES = 4
"""How many forward passes alone take as long."""
PER_PATTERN = 0.3
"""What each further pattern that is kept for a word adds."""
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


def estimated_seconds(model: Model, n_tokens: int, settings: Settings) -> float:
    """About how long an explanation takes on one core."""
    plan = Plan.of(model.adapter, n_tokens, settings.points, given_budget())
    beam = 1 + PER_PATTERN * (settings.top_k - 1)
    once = pass_seconds(model, n_tokens) * PASSES
    return settings.points * once * beam * (1 if plan.all_held else PIECEWISE)


def pass_seconds(model: Model, n_tokens: int) -> float:
    """About how long one forward pass takes on one core."""
    block = model.adapter.blocks[0]
    d_ff, d_model = block.W_1.shape
    a_token = 2 * d_model * (4 * d_model + 2 * d_ff) + 4 * n_tokens * d_model
    return n_tokens * model.info.layers * a_token / (PASSES * RATE)


def check_effort(
    model: Model, text: str, settings: Settings, *, times: float = 1.0, passes: int = 0
) -> None:
    """Refuse what would take too long: `times` an explanation of the text, and forward `passes`.

    Raises ExplainerError with the estimate and what to lower, or for a text that cannot be read.
    """
    allowed = allowed_seconds()
    n_tokens = len(read_sentence(model, text).tokens)
    seconds = times * estimated_seconds(model, n_tokens, settings)
    seconds += passes * pass_seconds(model, n_tokens)
    if seconds <= allowed:
        return
    fewer = math.floor(settings.points * allowed / seconds)
    least = Settings(top_k=settings.top_k).points
    lower = [f"{fewer} points instead of {settings.points:,}"] if fewer >= least else []
    lower += ["fewer patterns kept (top k)"] if settings.top_k > 1 else []
    raise ExplainerError(
        f"This would take about {duration(seconds)} ({n_tokens} tokens × {settings.points:,} "
        f"points × {model.info.layers} layers), and here {duration(allowed)} are allowed: take "
        f"{' or '.join([*lower, 'a shorter sentence'])} (on a server of your own, "
        f"{SECONDS_VARIABLE} allows more)."
    )
