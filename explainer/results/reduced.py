"""What was computed in less than full precision, and how far off that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from explainer.base.checks import one_of
from explainer.results.logits import check_finite

Precision = Literal["full", "tf32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True)
class Reduced:
    """The `precision` of matrix products, and its `gap`: Q(x) as explained − the model's own.

    Raises ExplainerError for a precision that is full or unknown, and a gap that is not finite.
    """

    precision: Precision
    gap: float

    def __post_init__(self) -> None:
        one_of("reduced precision", self.precision, PRECISIONS[1:])
        check_finite("gap of the reduced precision", (self.gap,))
