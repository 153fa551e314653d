"""The token × token matrix of two texts' similarity, as values and as JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explainer.base.checks import instance, whole
from explainer.base.errors import ExplainerError
from explainer.results.gap import gap_warning
from explainer.results.logits import check_finite
from explainer.results.model_info import ModelInfo
from explainer.results.settings import Settings
from explainer.results.similarity.side import Side

SCHEMA = 1
"""Of what is written."""
KIND = "similarity matrix"


class Pair(NamedTuple):
    """A token of the first text and one of the second, by position, and what the two add."""

    first: int
    second: int
    score: float


@dataclass(frozen=True, eq=False)
class SimilarityMatrix:
    """How much each token of one text and each of another add to the texts' cosine, together.

    `scores` [first, second] is S_ij = C_i · C_j: C_i is what token i adds to its text's normalised
    embedding f on the way from the text's reference, the settings' baseline of as many tokens
    (Moeller, Nikolaev & Padó, "An Attribution Method for Siamese Encoders", EMNLP 2023). The
    `cosine` is f(a) · f(b); `first_to_reference` is f(a) · f(r_b), `second_to_reference` f(r_a) ·
    f(b) and `references` f(r_a) · f(r_b), a and b the two texts and r their references. Sums and
    products of a cosine have no unit. Raises ExplainerError for parts that are not of each other.
    """

    model: ModelInfo
    settings: Settings
    first: Side
    second: Side
    scores: NDArray[np.float64]
    cosine: float
    first_to_reference: float
    second_to_reference: float
    references: float

    def __post_init__(self) -> None:
        parts = {"model": ModelInfo, "settings": Settings, "first": Side, "second": Side}
        for name, kind in parts.items():
            instance(f"matrix's {name}", getattr(self, name), kind, f"a {kind.__name__}")
        scores = instance("matrix's scores", self.scores, np.ndarray, "an array")
        wanted = len(self.first.tokens), len(self.second.tokens)
        if scores.shape != wanted or scores.dtype.kind != "f":
            came = " × ".join(map(str, scores.shape))
            raise ExplainerError(
                f"The matrix has {came} scores: give numbers, {wanted[0]} × {wanted[1]} of them, "
                "one for each token of the first text and each of the second."
            )
        check_finite("matrix", scores.ravel().tolist())
        check_finite("products of embeddings", self._products)

    @property
    def _products(self) -> tuple[float, float, float, float]:
        return self.cosine, self.first_to_reference, self.second_to_reference, self.references

    @property
    def sum(self) -> float:
        """Σ S."""
        return float(self.scores.sum())

    @property
    def explained(self) -> float:
        """(f(a) − f(r_a)) · (f(b) − f(r_b)), which Σ S is but for the quadrature's error."""
        cosine, first, second, references = self._products
        return cosine - first - second + references

    @property
    def completeness_gap(self) -> float:
        """Σ S − `explained`, the error of both texts' quadrature."""
        return self.sum - self.explained

    @property
    def gap_warning(self) -> str | None:
        """What to say where the gap is over 5 % of what is explained; None elsewhere."""
        found = gap_warning(self.completeness_gap, self.explained)
        return found and found.replace("Q(x) − Q(b)", "what the matrix explains")

    @property
    def first_influence(self) -> NDArray[np.float64]:
        """What each token of the first text adds to the cosine, the second held as it is.

        Σ_j S_ij + C_i · f(r_b): the influences that `explain` finds, of the first text beside the
        second, but for the quadrature's error.
        """
        return np.asarray(self.scores.sum(1) + np.array(self.first.to_reference))

    @property
    def second_influence(self) -> NDArray[np.float64]:
        """The same of the second text, the first held as it is."""
        return np.asarray(self.scores.sum(0) + np.array(self.second.to_reference))

    def strongest(self, count: int = 5, *, special: bool = False) -> tuple[Pair, ...]:
        """The pairs with the largest |S|, the strongest first; with [CLS] and [SEP] if `special`.

        Raises ExplainerError for a count below 1.
        """
        count = whole("number of pairs", count, 1)
        left_out = (
            (frozenset(), frozenset()) if special else (self.first.special, self.second.special)
        )
        rows, columns = (
            [at for at in range(len(side.tokens)) if at not in out]
            for side, out in zip((self.first, self.second), left_out, strict=True)
        )
        found = [Pair(i, j, float(self.scores[i, j])) for i in rows for j in columns]
        return tuple(sorted(found, key=lambda pair: -abs(pair.score))[:count])

    def of_words(self) -> SimilarityMatrix:
        """The same with words for tokens: what pieces add is added up."""
        by_row = [
            np.concatenate(([0], 1 + np.flatnonzero(np.diff(side.rows))))
            for side in (self.first, self.second)
        ]
        summed = np.add.reduceat(np.add.reduceat(self.scores, by_row[0], 0), by_row[1], 1)
        return replace(
            self, first=self.first.of_words(), second=self.second.of_words(), scores=summed
        )

    def turned(self) -> SimilarityMatrix:
        """The same with the two texts in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            scores=self.scores.T,
            first_to_reference=self.second_to_reference,
            second_to_reference=self.first_to_reference,
        )

    def to_csv(self) -> str:
        """A row for each token of the first text, a column for each of the second."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(["", *self.second.tokens])
        for token, row in zip(self.first.tokens, self.scores.tolist(), strict=True):
            writer.writerow([token, *row])
        return written.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract as plain Python values."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "model": asdict(self.model),
            "settings": asdict(self.settings),
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "scores": self.scores.tolist(),
            "cosine": self.cosine,
            "first_to_reference": self.first_to_reference,
            "second_to_reference": self.second_to_reference,
            "references": self.references,
        }

    def to_json(self, indent: int | None = None) -> str:
        """The JSON contract as text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SimilarityMatrix:
        """The inverse of `to_dict`; raises ExplainerError for a record that it did not write."""
        from explainer.results.similarity.reading import restored

        return restored(data)

    @classmethod
    def from_json(cls, text: str) -> SimilarityMatrix:
        """The inverse of `to_json`; raises ExplainerError for a text that it did not write."""
        from explainer.results.reading.record import record_of

        return cls.from_dict(record_of(text))
