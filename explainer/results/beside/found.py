"""What a file has beside an explanation: other scores of its words, how sure their paths are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explainer.base.checks import instance, items
from explainer.results.beside.stability import Stability
from explainer.results.beside.word_scores import WordScores


@dataclass(frozen=True)
class Beside:
    """Scores of the words by another method, if any, and the stability of some words' patterns.

    `Explanation.to_json(beside=found.to_dict())` writes them beside the explanation, whose own
    `from_json` leaves them out. Raises ExplainerError for anything else.
    """

    scores: WordScores | None = None
    stability: tuple[Stability, ...] = ()

    def __post_init__(self) -> None:
        if self.scores is not None:
            instance("scores", self.scores, WordScores, "a WordScores, or None")
        checked = tuple(items("stability", self.stability, "a list of Stability"))
        for one in checked:
            instance("stability's entry", one, Stability, "a Stability")
        object.__setattr__(self, "stability", checked)

    def to_dict(self) -> dict[str, Any]:
        """What it adds to the record of an explanation."""
        found: dict[str, Any] = {}
        if self.scores is not None:
            found["scores"] = self.scores.to_dict()
        if self.stability:
            found["stability"] = [one.to_dict() for one in self.stability]
        return found

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Beside:
        """What stands beside the explanation in its whole record, which may be nothing.

        Raises ExplainerError for a record that was not written so, its explanation included.
        """
        # A record is read by few, and what checks it knows this module.
        from explainer.results.reading.beside import beside_of

        return beside_of(data)

    @classmethod
    def from_json(cls, text: str) -> Beside:
        """The same of a JSON text."""
        from explainer.results.reading.record import record_of

        return cls.from_dict(record_of(text))
