"""Two words in the place of one mask, each explained in a sentence of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from explainer.base.checks import instance, keys
from explainer.base.errors import ExplainerError
from explainer.results.explanation import SCHEMA, Explanation
from explainer.results.target import LOG_PROBABILITY

FIELDS = ("schema", "correct", "wrong", "difference")


@dataclass(frozen=True, eq=False)
class WordPair:
    """The explanations of the `correct` and of the `wrong` word, each of its log-probability.

    Their sentences differ in the number of masks alone, one for each piece of the word. Raises
    ExplainerError for explanations of anything else.
    """

    correct: Explanation
    wrong: Explanation

    def __post_init__(self) -> None:
        for name, found in (("correct", self.correct), ("wrong", self.wrong)):
            instance(f"{name} word's explanation", found, Explanation, "an Explanation")
            if found.target.unit != LOG_PROBABILITY or found.target.wrong is not None:
                raise ExplainerError(
                    f"The {name} word's explanation is of {found.target.label} in "
                    f"{found.target.unit}: give one of a word's log-probability, as explain_words "
                    "does."
                )
        if self.correct.model != self.wrong.model:
            raise ExplainerError(
                "The two explanations are of different models: give those of one model."
            )

    @property
    def difference(self) -> float:
        """log P(correct) − log P(wrong), each in its own sentence."""
        return self.correct.target.value - self.wrong.target.value

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract as plain Python values: both explanations as each writes itself."""
        return {
            "schema": SCHEMA,
            "correct": self.correct.to_dict(),
            "wrong": self.wrong.to_dict(),
            "difference": self.difference,
        }

    def to_json(self, indent: int | None = None) -> str:
        """The JSON contract as text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WordPair:
        """The inverse of `to_dict`; raises ExplainerError for a record that it did not write."""
        record = keys("record", data, FIELDS)
        return cls(*(Explanation.from_dict(record[name]) for name in ("correct", "wrong")))

    @classmethod
    def from_json(cls, text: str) -> WordPair:
        """The inverse of `to_json`; raises ExplainerError for a text that it did not write."""
        from explainer.results.reading.record import record_of

        return cls.from_dict(record_of(text))
