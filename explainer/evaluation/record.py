"""What the evaluation of one sentence found, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from explainer.base.checks import text, whole
from explainer.evaluation.methods import Selection
from explainer.evaluation.reading.cases import MOST
from explainer.intervention.ablate import Mode
from explainer.intervention.filling import Replacement
from explainer.results.pattern import Pattern
from explainer.results.route import Level
from explainer.results.target import LOGITS, Unit


@dataclass(frozen=True)
class Outcome:
    """What one method left of Q, in its unit, for one choice of words, level, mode and replacement.

    `size` counts the nodes that are kept or removed, at the attention level heads and skips.
    """

    method: str
    level: Level
    words: Selection
    mode: Mode
    replacement: Replacement
    value: float
    size: int


@dataclass(frozen=True)
class Carried:
    """The share of the words' influence Σ|g| that a method's paths carry."""

    method: str
    level: Level
    words: Selection
    share: float


@dataclass(frozen=True)
class SentenceRecord:
    """Which sentence a record is of: `number` counts those of its `task` from 0.

    `combination` is its form, `correct` and `wrong` the answers that are compared. Raises
    ExplainerError for what is no text, or no number of a sentence.
    """

    task: str
    number: int
    combination: str
    text: str
    correct: str
    wrong: str

    def __post_init__(self) -> None:
        whole("sentence's number", self.number, 0, MOST - 1)
        for name in ("task", "combination", "text", "correct", "wrong"):
            text(f"record's {name}", getattr(self, name))


@dataclass(frozen=True)
class Record(SentenceRecord):
    """All that one sentence gives; plain values, so that it can be stored as a line of JSON.

    `controller` is a token's position (None if the word is not one of the sentence's tokens),
    `cluster` what other sentences may have in common with this one (`question.cluster_of`),
    flows are skip's shares of every block, `paths` counts all paths at both levels, and
    `alignment` is the share of inner nodes that the best attention path has in common with the
    pattern, over all words. `unit` is what Q and influences are in.
    """

    tokens: tuple[str, ...]
    target: int | None
    controller: int | None
    cluster: str
    value: float
    baseline_value: float
    completeness_gap: float
    influence: tuple[float, ...]
    patterns: tuple[Pattern, ...]
    skip_flow: tuple[float, ...]
    signed_skip_flow: tuple[float, ...]
    skip_steps: float
    paths: tuple[int, int]
    alignment: float
    outcomes: tuple[Outcome, ...]
    carried: tuple[Carried, ...]
    seconds: float
    unit: Unit = LOGITS

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the candidates of refinement and the heads' parts."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return every | {
            "patterns": [pattern.to_dict(parts=False) for pattern in self.patterns],
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
            "carried": [asdict(carried) for carried in self.carried],
        }
