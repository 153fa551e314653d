"""How long an explanation takes on this machine, said before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from explainer.base.numbers import duration
from explainer.influence.effort.count import effort
from explainer.influence.effort.pace import pace
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.results.settings import Settings

SLOW = 10.0
"""Seconds from which on somebody who waits is told, sees how far it has come, and can stop it."""


@dataclass(frozen=True)
class Estimate:
    """About how many seconds something takes, what makes it so many, and about how many bytes;
    and the tokens of its text, where it is one."""

    seconds: float
    sizes: str
    n_bytes: int = 0
    n_tokens: int | None = None

    @property
    def slow(self) -> bool:
        """Whether whoever waits should know."""
        return self.seconds > SLOW

    @property
    def says(self) -> str:
        """The estimate as a sentence's beginning: `about 2 minutes (40 tokens × …)`."""
        return f"about {duration(self.seconds)} ({self.sizes})"


def estimate(
    model: Model,
    size: Size,
    settings: Settings,
    budget: int,
    *,
    words: int | None = None,
    flow: bool = False,
    times: float = 1.0,
    beside: float = 0.0,
) -> Estimate:
    """What `times` an explanation of a question takes, and so many multiplications `beside` it.

    The other arguments are as in `effort`.

    Raises ExplainerError where the budget of memory is too small for the text.
    """
    once = effort(model.adapter, size, settings, budget, words=words, flow=flow)
    sizes = (
        f"{size.n_tokens} tokens × {settings.expected_points:,} points × {model.info.layers} layers"
    )
    work = times * once.total + beside
    seconds = work / pace(model.adapter)
    if seconds > SLOW:  # something may have disturbed the measurement: it is worth a second look
        seconds = work / pace(model.adapter, again=True)
    return Estimate(seconds, sizes, once.n_bytes, size.n_tokens)


def together(
    model: Model,
    sizes: Sequence[Size],
    settings: Settings,
    budget: int,
    *,
    words: int | None = None,
    flow: bool = False,
) -> Estimate:
    """What an explanation of each of several questions takes, one after the other, told by the
    largest."""
    every = [estimate(model, size, settings, budget, words=words, flow=flow) for size in sizes]
    largest = max(zip(sizes, every, strict=True), key=lambda both: both[0].n_tokens)[1]
    return replace(largest, seconds=sum(one.seconds for one in every))
