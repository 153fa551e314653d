"""What is explained: the quantity of interest Q."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.base.checks import text, whole
from explainer.results.logits import check_finite


@dataclass(frozen=True)
class Target:
    """The quantity of interest Q in logits: its value at the input and at the baseline.

    `wrong` is None where Q has no single rival (a plain logit, or the mean of several classes).
    Raises ExplainerError for what is no position, no word or no logit.
    """

    position: int
    correct: str
    wrong: str | None
    value: float
    baseline_value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", whole("target's position", self.position, 0))
        text("target's correct", self.correct)
        if self.wrong is not None:
            text("target's wrong", self.wrong)
        check_finite("target", (self.value, self.baseline_value))

    @property
    def label(self) -> str:
        """Q in words."""
        return f"{self.correct} − {self.wrong}" if self.wrong is not None else self.correct
