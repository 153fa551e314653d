"""How an evaluation is run: everything that its numbers depend on, apart from model and task."""

from __future__ import annotations

from dataclasses import dataclass, field

from explainer.ablation import REPLACEMENTS, Replacement
from explainer.errors import ExplainerError
from explainer.evaluation.methods import DEFAULT_METHODS, check_methods
from explainer.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Options:
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
        check_methods(self.methods)
        unknown = [name for name in self.replacements if name not in REPLACEMENTS]
        if unknown or not self.replacements:
            came = ", ".join(map(repr, unknown)) or "nothing"
            raise ExplainerError(
                f"The replacements are {came}: choose from {', '.join(REPLACEMENTS)}."
            )
