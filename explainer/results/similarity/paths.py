"""The paths of one pair of words: in each text, the way towards what the other's word adds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from explainer.base.checks import instance, keys, one_of
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.results.explanation import SCHEMA, Explanation
from explainer.results.target import COSINE, ascending

KIND = "similarity paths"
FIELDS = ("schema", "kind", "score", "first", "second", "first_tokens", "second_tokens")


@dataclass(frozen=True, eq=False)
class SimilarityPaths:
    """Two explanations of one entry of a similarity matrix, S = C_i · C_j, one in each text.

    `first` explains Q = f(a) · C_j in the first text: in it the influence of the tokens
    `first_tokens` is S, and their patterns are the ways by which they come to it. `second` explains
    f(b) · C_i in the second text, where that is the influence of `second_tokens`. The two S differ
    by the errors of the quadrature. Raises ExplainerError for explanations of anything else.
    """

    first: Explanation
    second: Explanation
    first_tokens: tuple[int, ...]
    second_tokens: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("first", "second"):
            found = instance(f"{name} explanation", getattr(self, name), Explanation, "one")
            if found.target.unit != COSINE or found.target.wrong is not None:
                raise ExplainerError(
                    f"The {name} explanation is of {quote(found.target.label)} in "
                    f"{found.target.unit}: give those that similarity_paths makes."
                )
            own, last = f"{name}_tokens", len(found.tokens) - 1
            object.__setattr__(
                self, own, ascending(f"positions of {own}", getattr(self, own), last)
            )
        if self.first.model != self.second.model:
            raise ExplainerError(
                "The two explanations are of different models: give those of one model."
            )

    @property
    def score(self) -> float:
        """S by the first text's path."""
        return sum(self.first.influence[at] for at in self.first_tokens)

    @property
    def second_score(self) -> float:
        """S by the second text's path."""
        return sum(self.second.influence[at] for at in self.second_tokens)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract as plain Python values: both explanations as each writes itself."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "score": self.score,
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "first_tokens": list(self.first_tokens),
            "second_tokens": list(self.second_tokens),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The JSON contract as text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SimilarityPaths:
        """The inverse of `to_dict`; raises ExplainerError for a record that it did not write."""
        record = keys("record", data, FIELDS)
        one_of("record's kind", record["kind"], (KIND,))
        first, second = (Explanation.from_dict(record[name]) for name in ("first", "second"))
        tokens = (ascending(f"record's {name}", record[name]) for name in FIELDS[-2:])
        return cls(first, second, *tokens)

    @classmethod
    def from_json(cls, text: str) -> SimilarityPaths:
        """The inverse of `to_json`; raises ExplainerError for a text that it did not write."""
        from explainer.results.reading.record import record_of

        return cls.from_dict(record_of(text))
