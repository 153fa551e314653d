"""How an evaluation is run: everything that its numbers depend on, apart from model and task."""

from __future__ import annotations

from dataclasses import dataclass, field

from explainer.base.checks import given_seed, instance, items, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed
from explainer.evaluation.methods import DEFAULT_METHODS, check_methods
from explainer.intervention.filling import REPLACEMENTS, Replacement
from explainer.results.settings import Settings

MOST_MEASURED = 1_000_000


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """`methods` are compared, `replacements` fill what they cut, `seed` draws random paths.

    `measured` is the number of sentences of a task, the first ones, in which the influence that
    the rivals' paths carry is measured too (None: all), for that takes longer than the rest.
    """

    settings: Settings = field(default_factory=Settings)
    methods: tuple[str, ...] = DEFAULT_METHODS
    replacements: tuple[Replacement, ...] = ("zero", "baseline")
    seed: int = 0
    measured: int | None = None

    def __post_init__(self) -> None:
        instance("argument settings", self.settings, Settings, "a Settings")
        check_methods(self.methods)
        chosen = items("replacements", self.replacements, f"some of {listed(REPLACEMENTS)}")
        if not chosen:
            raise ExplainerError(f"No replacement is named: choose from {listed(REPLACEMENTS)}.")
        plain = {
            "methods": tuple(self.methods),
            "replacements": tuple(one_of("replacement", name, REPLACEMENTS) for name in chosen),
            "seed": given_seed(self.seed),
        }
        if self.measured is not None:
            plain["measured"] = whole(
                "number of measured sentences", self.measured, 0, MOST_MEASURED
            )
        for name, value in plain.items():
            object.__setattr__(self, name, value)
