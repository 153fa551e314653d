"""What a protocol measures of a sentence, as plain values that check themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from explainer.base.checks import instance, items, number, one_of, text
from explainer.base.errors import ExplainerError
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.record import SentenceRecord
from explainer.results.target import LOGITS, UNITS, Unit

LARGEST = 1e15
"""Logits, shares, counts and seconds are smaller."""
SECONDS = "seconds"
"""The measure that may differ between two records of one sentence."""
WHOLE = "all"
"""In place of a method: the sentence with all of them."""


@dataclass(frozen=True)
class Measurement:
    """One number of one method, or why it has none.

    `measure` is one of its protocol's, `condition` says of what and with what in its place,
    `value` is in the measure's unit. `note` says why there is no value, or what the value is
    instead of what was asked for. Raises ExplainerError for a value that is no finite number, and
    for none without a note.
    """

    method: str
    measure: str
    condition: Condition = field(default_factory=Condition)
    value: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        plain: dict[str, Any] = {
            name: text(f"measurement's {name}", getattr(self, name))
            for name in ("method", "measure", "note")
        }
        instance("measurement's condition", self.condition, Condition, "a Condition")
        if self.value is not None:
            wanted = "a finite number, or None with a note"
            plain["value"] = number("measured value", self.value, -LARGEST, LARGEST, wanted)
        elif not plain["note"]:
            raise ExplainerError(
                f"The measurement of {plain['measure']} by {plain['method']} has neither a value "
                "nor a note: give one of them."
            )
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @property
    def place(self) -> tuple[str, str, Condition]:
        """What there is one number of in a sentence: method, measure and condition."""
        return self.method, self.measure, self.condition

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Measurement:
        """The measurement of a line.

        Raises KeyError, TypeError or ExplainerError where it is none.
        """
        return cls(**{**stored, "condition": Condition(**stored["condition"])})


@dataclass(frozen=True)
class ProtocolRecord(SentenceRecord):
    """All that a protocol measures of a task's sentence.

    `cluster` is what several sentences may have in common, so that they are not independent: the
    lexeme of the controller, or where nobody names it the text itself. `seconds` are the times that
    methods took, apart from the other measurements because they differ from run to run. `unit` is
    what Q is in. Raises ExplainerError for measurements that are none, and where one counts twice.
    """

    protocol: str
    cluster: str
    measurements: tuple[Measurement, ...]
    seconds: tuple[Measurement, ...]
    unit: Unit = LOGITS

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("record's unit", self.unit, UNITS)
        for name in ("protocol", "cluster"):
            text(f"record's {name}", getattr(self, name))
        for name in ("measurements", "seconds"):
            found = items(f"record's {name}", getattr(self, name), "Measurements")
            for one in found:
                instance("measurement", one, Measurement, "a Measurement")
            places = {one.place for one in found}
            if len(places) < len(found):
                raise ExplainerError(
                    f"The protocol {self.protocol} measures the same twice in sentence "
                    f"{self.number + 1:,}: name the condition in which it differs."
                )
            object.__setattr__(self, name, tuple(found))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)
