"""How the integration path is sampled and patterns are searched; nothing about the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

from explainer.base.checks import instance, number, one_of, whole, yes_or_no
from explainer.base.numbers import counted

Rule = Literal["adaptive", "trapezoid", "riemann", "midpoint", "gauss-legendre"]
Baseline = Literal["mask", "zero", "pad"]
Search = Literal["joint", "staged"]

RULES: tuple[Rule, ...] = get_args(Rule)
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
SEARCHES: tuple[Search, ...] = get_args(Search)
MAX_POINTS = 1000
MAX_TOP_K = 1000
MAX_BEAM = 1000
SMALLEST = 1e-9
"""A tolerance below this is none: rounding is more, even in float64."""

EXPECTED: dict[Baseline, int] = {"mask": 24, "zero": 28, "pad": 144}
"""Points that the adaptive rule takes for a sentence, about (docs/quadrature.md)."""


def usual_points(rule: Rule) -> int:
    """How many points a rule takes, or `adaptive` takes at most, where no number is given."""
    return 200 if rule == "adaptive" else 24


def fewest_points(rule: Rule) -> int:
    """How many points a rule needs at the least: two where both ends are among them."""
    return 1 if rule in ("midpoint", "gauss-legendre") else 2


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The distribution of interest and the width of the search (paper, sections 3 and 4).

    `points` and `rule` set the quadrature along the straight path from the baseline to the
    input: with `adaptive` so many points at most (200 without a number), until the error is no more
    than `tolerance` of |Q(x) − Q(b)|, or just so many of a fixed rule (24). `baseline` is the
    path's start, `keep_special` whether [CLS] and [SEP] keep their own embedding in the baseline,
    and `top_k` how many patterns are kept per word. The `search` "staged" is the paper's: nodes
    first, following `top_k` partial patterns, then heads and skips along them. "joint" looks for
    nodes, heads and skips together, following `beam` partial patterns (`top_k` if that is more),
    and keeps those of different nodes. Raises ExplainerError for values that are not possible.
    """

    points: int = cast(int, None)  # the usual number, as soon as the rule is known
    rule: Rule = "adaptive"
    tolerance: float = 0.01
    baseline: Baseline = "mask"
    keep_special: bool = False
    top_k: int = 1
    search: Search = "staged"
    beam: int = 4

    @property
    def expected_points(self) -> int:
        """How many points will be used, as far as that is known before."""
        if self.rule != "adaptive":
            return self.points
        return min(self.points, EXPECTED[self.baseline])

    @property
    def changed(self) -> dict[str, Any]:
        """What is not as usual, by name; of `points`, what is usual for the rule."""
        usual = {**asdict(Settings(rule=self.rule)), "rule": Settings.rule}
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @property
    def sampling(self) -> str:
        """How the path is sampled, in words: `24 trapezoid points`."""
        if self.rule != "adaptive":
            return f"{counted(self.points, f'{self.rule} point')}"
        return f"adaptive points, {self.points} at most, for an error of {100 * self.tolerance:g} %"

    def __post_init__(self) -> None:
        rule = one_of("rule", self.rule, RULES)
        points = usual_points(rule) if self.points is None else self.points
        plain = {
            "rule": rule,
            "tolerance": number(
                "setting tolerance",
                self.tolerance,
                SMALLEST,
                1,
                "a share of Q(x) − Q(b) above 0 and up to 1, such as 0.01",
            ),
            "baseline": one_of("baseline", self.baseline, BASELINES),
            "points": whole("setting points", points, fewest_points(rule), MAX_POINTS),
            "top_k": whole("setting top_k", self.top_k, 1, MAX_TOP_K),
            "keep_special": yes_or_no("keep_special", self.keep_special),
            "search": one_of("search", self.search, SEARCHES),
            "beam": whole("setting beam", self.beam, 1, MAX_BEAM),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @property
    def joint_beam(self) -> int | None:
        """How many partial patterns the joint search follows per word; None for the staged one."""
        return max(self.beam, self.top_k) if self.search == "joint" else None

    @property
    def searched(self) -> str:
        """The search in a few words, to stand beside what it found."""
        if self.joint_beam is not None:
            return f"joint search, beam {self.joint_beam}"
        return "staged search" if self.top_k == 1 else f"staged search, top {self.top_k}"


def completed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record, with what older ones, which lack them, stood for."""
    older = {"tolerance": Settings.tolerance, "search": "staged", "beam": Settings.beam}
    return {**older, **settings}


def given_settings(settings: Any) -> Settings:
    """The settings that a caller gave, or the usual ones for None; ExplainerError for others."""
    if settings is None:
        return Settings()
    return instance(
        "argument settings", settings, Settings, "a Settings, such as Settings(points=50)"
    )
