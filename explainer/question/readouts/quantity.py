"""Q itself: where and how it is read, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.base.errors import ExplainerError
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.readout import Readout
from explainer.results.target import Reading


@dataclass(frozen=True)
class Quantity:
    """Q, which `readout` takes from the last hidden states at `positions`, in ascending order.

    `correct` and `wrong` name it for people; `wrong` is None for the mean of several rivals and for
    a plain logit. A similarity is called by the other text. Patterns end at one of the positions;
    `reads` is what of each answer is read there, as in `Target`.
    """

    positions: tuple[int, ...]
    readout: Readout
    correct: str
    wrong: str | None
    reads: tuple[Reading, ...] = ()

    @property
    def position(self) -> int:
        """The only position; raises ExplainerError where Q is read at several."""
        if len(self.positions) > 1:
            raise ExplainerError(
                f"What is asked is read at {len(self.positions)} tokens, and this is defined for "
                "one alone: choose another method or question."
            )
        return self.positions[0]

    @property
    def classes(self) -> tuple[int, ...]:
        """The token ids or class numbers that it is about."""
        return self.readout.classes


def normalised(quantity: Quantity) -> int:
    """At how many of its positions the logits of the whole vocabulary are computed."""
    readout = quantity.readout
    return readout.normalised if isinstance(readout, LogProbability) else 0
