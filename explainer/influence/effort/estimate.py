"""How long an explanation takes on this machine, said before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.base.numbers import duration
from explainer.influence.effort.count import effort
from explainer.influence.effort.pace import pace
from explainer.models.model import Model
from explainer.question.sentence import Sentence
from explainer.results.settings import Settings

SPANS = 4
"""Where two answers begin and end."""
SLOW = 10.0
"""Seconds from which on somebody who waits is told, sees how far it has come, and can stop it."""


@dataclass(frozen=True)
class Estimate:
    """About how many seconds something takes, and what makes it so many."""

    seconds: float
    sizes: str

    @property
    def slow(self) -> bool:
        """Whether whoever waits should know."""
        return self.seconds > SLOW

    @property
    def says(self) -> str:
        """The estimate as a sentence's beginning: `about 2 minutes (40 tokens × …)`."""
        return f"about {duration(self.seconds)} ({self.sizes})"


def most_targets(model: Model, sentence: Sentence) -> int:
    """At how many tokens of a text Q is read at the most, whatever is asked."""
    n_tokens = len(sentence.tokens)
    if model.pooling is not None:
        return len(model.pooling.positions(n_tokens))
    if model.adapter.pools:
        return n_tokens
    if model.info.task == "question-answering":
        return SPANS
    return max(1, len(sentence.masks))


def estimate(
    model: Model,
    n_tokens: int,
    settings: Settings,
    budget: int,
    *,
    words: int | None = None,
    flow: bool = False,
    times: float = 1.0,
    beside: float = 0.0,
    targets: int | None = None,
) -> Estimate:
    """What `times` an explanation of a text takes, and so many multiplications `beside` it.

    The other arguments are as in `effort`.

    Raises ExplainerError where the budget of memory is too small for the text.
    """
    once = effort(
        model.adapter, n_tokens, settings, budget, words=words, flow=flow, targets=targets
    )
    sizes = f"{n_tokens} tokens × {settings.expected_points:,} points × {model.info.layers} layers"
    work = times * once.total + beside
    seconds = work / pace(model.adapter)
    if seconds > SLOW:  # something may have disturbed the measurement: it is worth a second look
        seconds = work / pace(model.adapter, again=True)
    return Estimate(seconds, sizes)
