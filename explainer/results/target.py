"""What is explained: the quantity of interest Q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from explainer.base.checks import items, one_of, text, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed
from explainer.results.logits import check_finite

Unit = Literal["logits", "log-probability", "cosine"]
UNITS: tuple[Unit, ...] = get_args(Unit)
LOGITS, LOG_PROBABILITY, COSINE = UNITS
"""What Q, and every influence on it, is measured in."""


@dataclass(frozen=True)
class Target:
    """The quantity of interest Q: its value at the input and at the baseline, in `unit`.

    `positions` are the tokens at which it is read, in ascending order; patterns end at one of them.
    `wrong` is None where Q has no single rival (a plain logit, or the mean of several classes).
    Raises ExplainerError for what is no position, no word or no number.
    """

    positions: tuple[int, ...]
    correct: str
    wrong: str | None
    value: float
    baseline_value: float
    unit: Unit = LOGITS

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", ascending("target's positions", self.positions))
        one_of("target's unit", self.unit, UNITS)
        text("target's correct", self.correct)
        if self.wrong is not None:
            text("target's wrong", self.wrong)
        check_finite("target", (self.value, self.baseline_value))

    @property
    def position(self) -> int:
        """The only position; raises ExplainerError where there are several."""
        if len(self.positions) > 1:
            raise ExplainerError(
                f"The question is read at {len(self.positions)} tokens, and this is defined for "
                "one alone: choose another method or question."
            )
        return self.positions[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "positions": list(self.positions)}

    @property
    def label(self) -> str:
        """Q in words."""
        return f"{self.correct} − {self.wrong}" if self.wrong is not None else self.correct


def ascending(name: str, value: Sequence[int], last: int | None = None) -> tuple[int, ...]:
    """Positions of tokens, each larger than the one before; raises ExplainerError for others."""
    given = items(name, value, "a list of positions, such as [7]")
    positions = tuple(whole(f"{name}[{place}]", at, 0, last) for place, at in enumerate(given))
    if not positions:
        raise ExplainerError(f"The {name} are an empty list: give at least one, such as [7].")
    if any(a >= b for a, b in pairwise(positions)):
        raise ExplainerError(
            f"The {name} are {listed(positions)}: give each larger than the one before."
        )
    return positions
