"""Word scores against what the model does, and against the word that the answer depends on.

Only the words are scored: special tokens are set by the model, not by the sentence. A word of
several pieces has the sum of its pieces' scores, the mask is asked about and is no word.

- `correlation`: Spearman's rank correlation with leave one out;
- `pointing`: whether the strongest word is the controller (pointing game; Zhang et al., 2018);
- `rank`: 1 over the controller's rank, whose mean is the mean reciprocal rank;
- `mass`: the controller's share of the words' scores by size.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explainer.base.checkpoint import checkpoint
from explainer.base.errors import ExplainerError
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.measurement import SECONDS, Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.question import controller_position
from explainer.question.sentence import Sentence
from explainer.results.metrics import rank_correlation
from explainer.rivals.scored import Array
from explainer.rivals.words.methods import WORD_METHODS

RANDOM = "random"
REFERENCE = "leave-one-out"
IS_REFERENCE = "it is what the others are compared with"


@dataclass(frozen=True, eq=False)
class Scored:
    """A method's scores of a sentence's words, in the order of `words_of`.

    The `signed` ones are in logits, above 0 for the answer; the others are shares of 1.
    """

    method: str
    signed: bool
    scores: Array

    @property
    def order(self) -> list[int]:
        """The words from the strongest for the answer; among equal ones the first in the text."""
        return np.argsort(-self.scores, kind="stable").tolist()


def words_of(sentence: Sentence) -> tuple[tuple[int, ...], ...]:
    """The positions of each word's tokens; special tokens and the mask are no words."""
    numbers = dict.fromkeys(word for word in sentence.words if word is not None)
    return tuple(
        tuple(place for place, word in enumerate(sentence.words) if word == number)
        for number in numbers
    )


def _scored(asked: AskedCase) -> Iterator[Scored | Measurement]:
    """Every method's scores, with its seconds; of one that cannot serve, why."""
    words = words_of(asked.sentence)
    for name, method in WORD_METHODS.items():
        checkpoint()
        start = time.perf_counter()
        try:
            tokens = method.run(asked.scoring())
            if not np.isfinite(tokens).all():
                raise ExplainerError("its scores are not finite")
        except ExplainerError as error:
            yield Measurement(name, SECONDS, note=str(error))
            continue
        yield Measurement(name, SECONDS, value=time.perf_counter() - start)
        scores = np.array([tokens[list(places)].sum() for places in words])
        yield Scored(name, method.signed, scores)
    yield Scored(RANDOM, False, asked.rng(RANDOM).random(len(words)))


def _measure(asked: AskedCase) -> Iterator[Measurement]:
    found = []
    for one in _scored(asked):
        if isinstance(one, Scored):
            found.append(one)
        else:
            yield one
    yield from correlations(found)
    yield from pointed(asked, found)


def correlations(found: list[Scored]) -> Iterator[Measurement]:
    """Each method's rank correlation with leave one out; of scores without a sign with its size."""
    (reference,) = (one.scores for one in found if one.method == REFERENCE)
    for one in found:
        value = rank_correlation(one.scores, reference if one.signed else np.abs(reference))
        why = "fewer than three words, or words that are all alike" if math.isnan(value) else ""
        if one.method == REFERENCE:
            why = IS_REFERENCE
        yield Measurement(one.method, "correlation", "", None if why else value, why)


def pointed(asked: AskedCase, found: list[Scored]) -> Iterator[Measurement]:
    """Whether each method points at the controller, its reciprocal rank and its mass."""
    words, position = words_of(asked.sentence), None
    if asked.model.info.task == "masked-lm":
        position = controller_position(asked.sentence, asked.case.controller)
    if position is None:
        why = "nobody says which one word the answer depends on"
        for one, measure in ((one, name) for one in found for name in POINTING):
            yield Measurement(one.method, measure, note=why)
        return
    (controller,) = (place for place, word in enumerate(words) if position in word)
    for one in found:
        rank = one.order.index(controller)
        sizes = np.abs(one.scores)
        yield Measurement(one.method, "pointing", "", float(rank == 0))
        yield Measurement(one.method, "rank", "", 1 / (1 + rank))
        if sizes.sum() > 0:
            yield Measurement(one.method, "mass", "", float(sizes[controller] / sizes.sum()))
        else:
            yield Measurement(one.method, "mass", note="all scores are 0")


POINTING = {
    "pointing": Quantity("strongest word is the controller", "higher", percent=True),
    "rank": Quantity("mean reciprocal rank of the controller", "higher"),
    "mass": Quantity("share of the scores on the controller", "higher", percent=True),
}
WORDS = Protocol(
    name="words",
    label="Word scores",
    asks="Do the words of high score decide the answer, and is the strongest one the word that the "
    "answer depends on?",
    refuted_by="A rival, or a random order, that does as well.",
    favours="Leave one out, and influence from a baseline of [MASK], are computed with the "
    "replacement that the correlation asks about: it favours them.",
    quantities={
        "correlation": Quantity("rank correlation with leave one out", "higher"),
        **POINTING,
    },
    measure=_measure,
)
