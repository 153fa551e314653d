"""What the paper claims, what would refute it, and what a run of one model finds of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explainer.evaluation.claim import control_of
from explainer.evaluation.evidence.verdicts import Verdict, Word


@dataclass(frozen=True)
class Claim:
    """A claim of the paper in a sentence, and in another what would have refuted it.

    `favours` says whom its tests favour by how they are made, empty where they compare no methods.
    """

    says: str
    refuted_by: str
    favours: str = ""


SKIPS = Claim(
    "Much influence flows through skip connections.",
    "Skip’s share of all influence, counted by size or with its sign, below 50 % with its whole "
    "interval, and neither above it.",
)
CONSISTENCY = Claim(
    "Consistent patterns go with good performance.",
    "A rank correlation over forms of sentence of entropy with mean Q, or with right answers, "
    "above 0 with its whole interval, and neither below it.",
)
PERFORMANCE = Claim(
    "Patterns account for more of the performance than attention- and layer-based methods.",
    "A rival as large that comes nearer to the whole model’s Q or right answers when kept alone "
    "and is behind in neither, while patterns are ahead at neither level.",
    "With the baseline’s values, usually those of [MASK], in place of what is cut, methods that "
    "are computed from that baseline are favoured: patterns, layer conductance, internal "
    "influence.",
)


@dataclass(frozen=True)
class Finding:
    """A claim of the paper, the `verdict` of a run of one model on it, and what that rests on.

    `refuted_by` and `favours` are the claim's. `tests` are those that decide, and beside them what
    cutting says; what the run `says` in all has a line for each point.
    """

    model: str
    claim: str
    refuted_by: str
    favours: str
    verdict: Word
    tests: tuple[Verdict, ...]
    says: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """The finding of a stored record."""
        return cls(**{**data, "tests": tuple(Verdict(**test) for test in data["tests"])})

    @property
    def points(self) -> tuple[str, ...]:
        """What a run says, point by point."""
        return tuple(self.says.split("\n"))

    @property
    def control(self) -> str:
        """What would have refuted the claim, and whom its tests favour."""
        return control_of(self.refuted_by, self.favours)

    @property
    def text(self) -> str:
        """The claim with its verdict, and every test and point in a line, for a terminal."""
        said = f"{self.claim.rstrip('.')} ({self.model}): {self.verdict.upper()}"
        tests = (test.text for test in self.tests)
        return "\n  ".join((said, *tests, self.control, *self.points)) + "\n"
