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


Reading = tuple[str | None, str | None]
"""What of the correct and of the wrong answer is read at a position."""


@dataclass(frozen=True)
class Target:
    """The quantity of interest Q: its value at the input and at the baseline, in `unit`.

    `positions` are the tokens at which it is read, in ascending order; patterns end at one of them.
    `wrong` is None where Q has no single rival (a plain logit, or the mean of several classes).
    Where each of several positions has a part of Q of its own, `reads` has for each of them what of
    `correct` and what of `wrong` is read there: a word at a mask or its piece, the start or the end
    of an answer; None where there is nothing of it. Raises ExplainerError for what is no position,
    no word or no number.
    """

    positions: tuple[int, ...]
    correct: str
    wrong: str | None
    value: float
    baseline_value: float
    unit: Unit = LOGITS
    reads: tuple[Reading, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", ascending("target's positions", self.positions))
        one_of("target's unit", self.unit, UNITS)
        text("target's correct", self.correct)
        if self.wrong is not None:
            text("target's wrong", self.wrong)
        check_finite("target", (self.value, self.baseline_value))
        object.__setattr__(self, "reads", checked_reads("target's reads", self.reads))
        if self.reads and len(self.reads) != len(self.positions):
            raise ExplainerError(
                f"The target has {len(self.positions)} positions, and says of {len(self.reads)} "
                "what is read there: give one entry for each, or none."
            )

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
        """Plain values for JSON; `reads` only where there are any."""
        record = {**asdict(self), "positions": list(self.positions)}
        del record["reads"]
        return {**record, "reads": [list(one) for one in self.reads]} if self.reads else record

    @property
    def label(self) -> str:
        """Q in words."""
        return f"{self.correct} − {self.wrong}" if self.wrong is not None else self.correct


def checked_reads(name: str, value: Sequence[Sequence[str | None]]) -> tuple[Reading, ...]:
    """What is read at each position; raises ExplainerError for what is none of it."""
    found: list[Reading] = []
    for place, one in enumerate(items(name, value, "a list of pairs of strings")):
        pair = items(f"{name}[{place}]", one, "two strings, such as ['farmers', 'farmer']")
        if len(pair) != 2:
            raise ExplainerError(
                f"The {name}[{place}] has {len(pair)} entries: give two, such as ['farmers', None]."
            )
        first, second = (None if part is None else text(f"{name}[{place}]", part) for part in pair)
        found.append((first, second))
    return tuple(found)


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
