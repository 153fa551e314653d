"""How an evaluation is run: everything that its numbers depend on, apart from model and task."""

from __future__ import annotations

from dataclasses import dataclass, field

from explainer.ablation import REPLACEMENTS, Replacement
from explainer.errors import ExplainerError
from explainer.evaluation.methods import DEFAULT_METHODS, check_methods
from explainer.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Options:
    """`methods` are compared, `replacement` fills what they cut, `seed` draws random paths.

    `measured` is the number of sentences of a task, the first ones, in which the influence that
    the rivals' paths carry is measured too (None: all), for that takes longer than the rest.
    """

    settings: Settings = field(default_factory=Settings)
    methods: tuple[str, ...] = DEFAULT_METHODS
    replacement: Replacement = "zero"
    seed: int = 0
    measured: int | None = None

    def __post_init__(self) -> None:
        check_methods(self.methods)
        if self.replacement not in REPLACEMENTS:
            raise ExplainerError(
                f"The replacement {self.replacement!r} is not known: choose one of "
                f"{', '.join(REPLACEMENTS)}."
            )
