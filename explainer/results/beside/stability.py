"""How sure a word's path is: whether other choices of the computation find the same one.

The thresholds of the wording are stated here, and in docs/method.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from explainer.base.checks import instance, one_of
from explainer.base.errors import ExplainerError
from explainer.base.numbers import percent
from explainer.base.quote import shown
from explainer.results.gap import gap_warning
from explainer.results.logits import check_finite
from explainer.results.metrics import alignment
from explainer.results.pattern import Pattern
from explainer.results.route import Level
from explainer.results.settings import Baseline, Settings

Varied = Literal["baseline", "points", "search", "beam"]
VARIED: tuple[Varied, ...] = get_args(Varied)
"""What a check chooses otherwise: the path's start, its points, the search, its beam."""
Verdict = Literal["main way", "one of several ways", "example of many ways"]
ARTICLES: dict[Verdict, str] = {
    "main way": "the main way",
    "one of several ways": "one of several ways",
    "example of many ways": "an example of many ways",
}
BESIDE = 0.5
"""A path that every check finds is the main way where all others together carry at most this share
of the word's influence, for it or against."""
EXAMPLE = 0.1
"""A path that carries less than this share of the word's influence is an example of many ways."""
STARTS: dict[Baseline, str] = {"mask": "[MASK]", "zero": "the zero vector", "pad": "[PAD]"}


def is_example(share: float) -> bool:
    """Whether a path that carries this share of its word's influence is one example of many.

    So is one that works against its word, whose share is below 0.
    """
    return share < EXAMPLE


@dataclass(frozen=True)
class StabilityCheck:
    """The pattern that the word has under other `settings`, which differ in what is `varied`.

    `found` is None where the word has no influence under them; `completeness_gap` is the error of
    the quadrature and `difference` Q(x) − Q(b), both in logits. Raises ExplainerError for what is
    not named so, and for numbers that are not finite.
    """

    varied: Varied
    settings: Settings
    found: Pattern | None
    completeness_gap: float
    difference: float

    def __post_init__(self) -> None:
        one_of("check", self.varied, VARIED)
        instance("check's settings", self.settings, Settings, "a Settings")
        if self.found is not None:
            instance("check's pattern", self.found, Pattern, "a Pattern, or None")
        check_finite("check", (self.completeness_gap, self.difference))

    @property
    def name(self) -> str:
        """What is chosen otherwise, in words."""
        return name_of_variation(self.varied, self.settings)

    @property
    def gap_warning(self) -> str | None:
        """What to say where the gap is over 5 % of Q(x) − Q(b): such a check shows little."""
        warning = gap_warning(self.completeness_gap, self.difference)
        return None if warning is None else f"{self.name[:1].upper()}{self.name[1:]}: {warning}"

    def to_dict(self) -> dict[str, Any]:
        """Plain Python values; the pattern as in an explanation's record, without heads' parts."""
        return {
            "varied": self.varied,
            "settings": asdict(self.settings),
            "pattern": None if self.found is None else self.found.to_dict(parts=False),
            "completeness_gap": self.completeness_gap,
            "difference": self.difference,
        }


@dataclass(frozen=True)
class Stability:
    """A word's `pattern` under `settings`, and what the checks find in its place.

    Raises ExplainerError without a check, and where a check is of another word or model.
    """

    pattern: Pattern
    settings: Settings
    checks: tuple[StabilityCheck, ...]

    def __post_init__(self) -> None:
        instance("pattern", self.pattern, Pattern, "a Pattern")
        instance("settings", self.settings, Settings, "a Settings")
        if not self.checks:
            raise ExplainerError("The stability has no checks: give one at least.")
        for check in self.checks:
            instance("stability's check", check, StabilityCheck, "a StabilityCheck")
            if check.found is not None and _begins(check.found) != _begins(self.pattern):
                raise ExplainerError(
                    f"The check {shown(check.name)} leads from {check.found.source} in "
                    f"{len(check.found.components)} steps: give the "
                    f"pattern of the word at {self.pattern.source}, under the same model."
                )

    def keeps(self, check: StabilityCheck, level: Level) -> bool:
        """Whether a check finds the same path: its nodes, and with "attention" its components."""
        found = check.found
        if found is None or found.nodes != self.pattern.nodes:
            return False
        return level == "embedding" or found.components == self.pattern.components

    def nodes_kept(self, check: StabilityCheck) -> float:
        """The share of the path's inner nodes that are the same under a check."""
        return 0.0 if check.found is None else alignment(self.pattern.nodes, check.found.nodes)

    def components_kept(self, check: StabilityCheck) -> float:
        """The share of the path's steps that start, end and go by the same component there."""
        if check.found is None:
            return 0.0
        steps = zip(self.pattern.edges("attention"), check.found.edges("attention"), strict=True)
        return sum(one == other for one, other in steps) / len(self.pattern.components)

    def kept(self, level: Level) -> tuple[StabilityCheck, ...]:
        """The checks that find the same path."""
        return tuple(check for check in self.checks if self.keeps(check, level))

    def verdict(self, level: Level) -> Verdict:
        """What the path may be called, by the share it carries and by whether all checks find it.

        A path that carries most, but is another under some check, has others beside it.
        """
        share = self.pattern.share(level)
        if is_example(share):
            return "example of many ways"
        every = len(self.kept(level)) == len(self.checks)
        return "main way" if every and abs(1 - share) <= BESIDE else "one of several ways"

    def says(self, level: Level) -> str:
        """The verdict as a sentence, with the share carried and the checks that find another."""
        kept, whole = len(self.kept(level)), len(self.checks)
        carried = percent(self.pattern.share(level))
        if kept == whole:
            again = f"all {whole} checks find it again"
        elif kept:
            again = f"{kept} of {whole} checks {'finds' if kept == 1 else 'find'} it again"
        else:
            again = f"none of {whole} checks finds it again"
        back = ", of which others take some back" if self.pattern.share(level) > 1.005 else ""
        named = ARTICLES[self.verdict(level)]
        return f"This is {named}: it carries {carried} of the influence{back}, and {again}."

    def gap_warnings(self) -> tuple[str, ...]:
        """What to say of the checks whose completeness gap is large."""
        return tuple(check.gap_warning for check in self.checks if check.gap_warning is not None)

    def to_dict(self) -> dict[str, Any]:
        """Plain Python values, with the verdict at both levels."""
        return {
            "token": self.pattern.token,
            "source": self.pattern.source,
            "settings": asdict(self.settings),
            "pattern": self.pattern.to_dict(parts=False),
            "verdict": {level: self.verdict(level) for level in get_args(Level)},
            "checks": [
                check.to_dict()
                | {
                    "nodes_kept": self.nodes_kept(check),
                    "components_kept": self.components_kept(check),
                }
                for check in self.checks
            ],
        }


def name_of_variation(varied: Varied, settings: Settings) -> str:
    """What settings that differ in one thing have otherwise, in words: `from the zero vector`."""
    if varied == "baseline":
        return f"from {STARTS[settings.baseline]}"
    if varied == "points":
        return f"more points ({_finer(settings)})"
    return settings.searched


def _begins(pattern: Pattern) -> tuple[int, int]:
    """Its word and its length; where Q is read at several tokens, it may end at another of them."""
    return pattern.source, len(pattern.components)


def _finer(settings: Settings) -> str:
    """How finely the path is sampled, in a few words."""
    if settings.rule == "adaptive":
        return f"error {100 * settings.tolerance:g} %"
    return f"{settings.points:,}"
