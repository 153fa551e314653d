"""How the integration path is sampled and how many patterns are kept; nothing about the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from explainer.base.checks import instance, one_of, whole, yes_or_no

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
    in the baseline, and `top_k` how many partial patterns refinement keeps per word. Raises
    ExplainerError for values that are not possible.
    """

    points: int = 24
    rule: Rule = "trapezoid"
    baseline: Baseline = "mask"
    keep_special: bool = False
    top_k: int = 1

    def __post_init__(self) -> None:
        rule = one_of("rule", self.rule, RULES)
        fewest = 2 if rule in ("trapezoid", "riemann") else 1
        plain = {
            "rule": rule,
            "baseline": one_of("baseline", self.baseline, BASELINES),
            "points": whole("setting points", self.points, fewest, MAX_POINTS),
            "top_k": whole("setting top_k", self.top_k, 1, MAX_TOP_K),
            "keep_special": yes_or_no("keep_special", self.keep_special),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)


def given_settings(settings: Any) -> Settings:
    """The settings that a caller gave, or the usual ones for None; ExplainerError for others."""
    if settings is None:
        return Settings()
    return instance(
        "argument settings", settings, Settings, "a Settings, such as Settings(points=50)"
    )
