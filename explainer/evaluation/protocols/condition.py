"""Under which condition a number was measured: what was changed, and what stood in its place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from explainer.base.checks import one_of, text

PAIR = "pair"
INSTEAD = {
    PAIR: "the minimal pair's",
    "mean": "the mean",
    "deletion": "nothing: it is left out",
    "mask": "[MASK]",
    "baseline": "the baseline's",
    "zero": "zero",
}
"""What may stand in the place of what is cut or erased, the fairest first, zero last: its name, and
in words."""


@dataclass(frozen=True)
class Condition:
    """`of` says what is cut, kept or changed, `instead` (of `INSTEAD`) what stands in its place.

    `place` tells single cuts apart. All are empty for what needs no condition. Raises
    ExplainerError for another `instead`.
    """

    of: str = ""
    instead: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = text(f"condition's {field.name}", getattr(self, field.name))
            object.__setattr__(self, field.name, value)
        one_of("condition's instead", self.instead, ("", *INSTEAD))

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.of, self.instead, self.place)))
