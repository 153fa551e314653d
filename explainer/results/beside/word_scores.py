"""Scores of words by another method than influence, and how far the two agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from explainer.base.checks import items, number, one_of, text
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.explanation import Explanation
from explainer.results.logits import LARGEST
from explainer.results.merged import special_positions
from explainer.results.metrics import rank_correlation

OWN = "influence"
"""The method that scores words by g itself."""


class Kind(NamedTuple):
    """What a method is called, and whether its scores have a sign.

    Where `signed`, a score above 0 speaks for the answer and below 0 against it, in logits;
    otherwise scores are shares of 1.
    """

    label: str
    signed: bool


SCORED: dict[str, Kind] = {
    OWN: Kind("influence g (integrated gradients)", True),
    "leave-one-out": Kind("leave one out", True),
    "decompx": Kind("DecompX, head linearised", True),
    "gradient-input": Kind("gradient × input", True),
    "attention-gradient": Kind("attention × gradient", True),
    "alti": Kind("ALTI", False),
    "globenc": Kind("GlobEnc", False),
    "value-zeroing": Kind("Value Zeroing", False),
    "rollout": Kind("attention rollout", False),
}
"""Every method by the name that it is asked for by."""


@dataclass(frozen=True)
class WordScores:
    """The scores of all tokens under a method of `WORD_METHODS`: in logits where that is signed,
    otherwise shares of 1.

    Raises ExplainerError for an unknown method, and where there is not one finite number for each
    token.
    """

    method: str
    tokens: tuple[str, ...]
    scores: tuple[float, ...]

    def __post_init__(self) -> None:
        one_of("method", self.method, tuple(SCORED))
        tokens = tuple(text("scored token", token) for token in _listed("tokens", self.tokens))
        scores = tuple(
            number("score", score, -LARGEST, LARGEST, "a finite number")
            for score in _listed("scores", self.scores)
        )
        if len(tokens) != len(scores):
            raise ExplainerError(
                f"The method '{self.method}' has {len(scores)} scores for {len(tokens)} tokens: "
                "give one for each."
            )
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "scores", scores)

    @property
    def label(self) -> str:
        """The method's name for people."""
        return SCORED[self.method].label

    @property
    def signed(self) -> bool:
        """Whether scores speak for the answer or against it."""
        return SCORED[self.method].signed

    def of_words(self, rows: Sequence[int], words: Sequence[str]) -> WordScores:
        """The same with words for tokens: each has the sum of its pieces.

        `rows` has each token's word.
        """
        sums = [0.0] * len(words)
        for row, score in zip(rows, self.scores, strict=True):
            sums[row] += score
        return WordScores(self.method, tuple(words), tuple(sums))

    def check(self, explanation: Explanation) -> None:
        """Raise ExplainerError where they are of another sentence than the explanation."""
        if self.tokens != explanation.tokens:
            raise ExplainerError(
                f"The scores are of {len(self.tokens)} tokens that begin with "
                f"{shown(' '.join(self.tokens[:4]))}, the explanation is of "
                f"{shown(' '.join(explanation.tokens[:4]))}: give scores of the same sentence."
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain Python values."""
        return {"method": self.method, "scores": list(self.scores)}


def _listed(name: str, value: Any) -> Sequence[Any]:
    return items(f"scores' {name}", value, "a list")


@dataclass(frozen=True)
class Agreement:
    """How a sentence's `words`, their positions, stand by scores and by influence g.

    `correlation` is Spearman's of the scores with g, with |g| for a method without signs; nan
    where there are fewer than three words, or one of the two cannot tell them apart. `by_influence`
    and `by_scores` are the positions of the strongest, whatever their sign; None without a word.
    """

    words: tuple[int, ...]
    correlation: float
    by_influence: int | None
    by_scores: int | None


def agreement(explanation: Explanation, scores: WordScores) -> Agreement:
    """How far scores agree with influence on the sentence's words, [CLS], [SEP] and [MASK] apart.

    Raises ExplainerError for scores of another sentence.
    """
    scores.check(explanation)
    special = special_positions(explanation)
    words = tuple(at for at in range(len(scores.tokens)) if at not in special)
    if not words:
        return Agreement((), float("nan"), None, None)
    g = np.array([explanation.influence[at] for at in words])
    other = np.array([scores.scores[at] for at in words])
    return Agreement(
        words,
        rank_correlation(g if scores.signed else np.abs(g), other),
        words[int(np.abs(g).argmax())],
        words[int(np.abs(other).argmax())],
    )
