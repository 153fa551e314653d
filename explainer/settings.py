"""How the integration path is sampled and how many patterns are kept; nothing about the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from explainer.errors import ExplainerError

Rule = Literal["trapezoid", "riemann", "midpoint", "gauss-legendre"]
Baseline = Literal["mask", "zero", "pad"]

RULES: tuple[Rule, ...] = get_args(Rule)
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
MAX_POINTS = 1000
MAX_TOP_K = 1000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The distribution of interest and the width of the search (paper, sections 3 and 4).

    `points` and `rule` set the quadrature along the straight path from the baseline to the
    input, `baseline` its start, `keep_special` whether [CLS] and [SEP] keep their own embedding
    in the baseline, and `top_k` how many partial patterns refinement keeps per word.
    """

    points: int = 24
    rule: Rule = "trapezoid"
    baseline: Baseline = "mask"
    keep_special: bool = False
    top_k: int = 1

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ExplainerError(
                f"The rule {self.rule!r} is not known: choose one of {', '.join(RULES)}."
            )
        if self.baseline not in BASELINES:
            raise ExplainerError(
                f"The baseline {self.baseline!r} is not known: choose one of "
                f"{', '.join(BASELINES)}."
            )
        fewest = 2 if self.rule in ("trapezoid", "riemann") else 1
        _check_whole("points", self.points, fewest, MAX_POINTS)
        _check_whole("top_k", self.top_k, 1, MAX_TOP_K)
        if not isinstance(self.keep_special, bool):
            raise ExplainerError(
                f"keep_special is {self.keep_special!r}: give true or false instead."
            )


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ExplainerError(
            f"The setting {name} is {value!r}: give a whole number from {low} to {high}."
        )
