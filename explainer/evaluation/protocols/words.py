"""Word scores against what the model does, and against the word that the answer depends on.

The probability of the right answer against the wrong one is 1 / (1 + exp(−Q)). Only the words
are scored: special tokens are set by the model, not by the sentence. A word of
several pieces has the sum of its pieces' scores, the mask is asked about and is no word.

- `comprehensiveness`: how much less probable the right answer is without the strongest words, in
  the mean over how many; `sufficiency`: the same with the strongest words alone (AOPC; DeYoung et
  al., ACL 2020), each in Q too;
- `correlation`: Spearman's rank correlation with leave one out;
- `pointing`: whether the strongest word is the controller (pointing game; Zhang et al., 2018);
- `rank`: 1 over the controller's rank, whose mean is the mean reciprocal rank;
- `mass`: the controller's share of the words' scores by size.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explainer.base.checkpoint import checkpoint
from explainer.base.errors import ExplainerError
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.erasure import (
    Erased,
    Replacing,
    Unerased,
    erased_values,
    erasures,
    mean_embedding,
)
from explainer.evaluation.protocols.measurement import SECONDS, Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.question import controller_position
from explainer.question.sentence import Sentence
from explainer.results.beside.word_scores import OWN, SCORED
from explainer.results.metrics import rank_correlation
from explainer.rivals.scored import Array
from explainer.rivals.words.methods import WORD_METHODS

RANDOM = "random"
REFERENCE = "leave-one-out"
IS_REFERENCE = "it is what the others are compared with"
TOO_ALIKE = "fewer than three words, or words that are all alike"
ONE_WORD = "a single word has no order"
SHORT = 20
"""Words up to which they are erased one by one, from 1 to all but one."""
SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""Of longer sentences, the shares of the words that are erased, or stay alone."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A method's scores of a sentence's words, in the order of `words_of`.

    The `signed` ones are in the unit of Q, above 0 for the answer; the others are shares of 1.
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


def _scored(asked: AskedCase, name: str) -> tuple[Scored, float]:
    """A method's scores and the seconds that they took; ExplainerError where it cannot serve."""
    start = time.perf_counter()
    tokens = WORD_METHODS[name].run(asked.scoring())
    seconds = time.perf_counter() - start
    if not np.isfinite(tokens).all():
        raise ExplainerError("its scores are not finite")
    scores = np.array([tokens[list(places)].sum() for places in words_of(asked.sentence)])
    return Scored(name, WORD_METHODS[name].signed, scores), seconds


def _measure(asked: AskedCase) -> Iterator[Measurement]:
    found, refused = [], {}
    for name in WORD_METHODS:
        checkpoint()
        try:
            one, seconds = _scored(asked, name)
        except ExplainerError as error:
            refused[name] = str(error)
            continue
        found.append(one)
        yield Measurement(name, SECONDS, value=seconds)
    found.append(Scored(RANDOM, False, asked.rng(RANDOM).random(len(words_of(asked.sentence)))))
    ways = tuple(erasures(asked))
    for way in ways:
        yield from curves(asked, found, way)
    yield from correlations(found, refused.get(REFERENCE))
    yield from pointed(asked, found)
    for name, why in refused.items():
        yield Measurement(name, SECONDS, note=why)
        places = [(measure, Condition(instead=way.erasure)) for way in ways for measure in CURVES]
        for measure, condition in (
            *places,
            *((m, Condition()) for m in ("correlation", *POINTING)),
        ):
            yield Measurement(name, measure, condition, note=why)


def steps(n_words: int) -> tuple[int, ...]:
    """How many of the strongest words are erased, or stay alone, one after the other."""
    if n_words <= SHORT:
        return tuple(range(1, n_words))
    return tuple(sorted({math.ceil(share * n_words) for share in SHARES}))


def curves(
    asked: AskedCase, found: list[Scored], replacing: Replacing | Unerased
) -> Iterator[Measurement]:
    """What erasing the strongest words takes, and what they leave alone, method by method."""
    words = words_of(asked.sentence)
    counts = steps(len(words))
    erasure = Condition(instead=replacing.erasure)
    why = replacing.why if isinstance(replacing, Unerased) else "" if counts else ONE_WORD
    if isinstance(replacing, Unerased) or why:
        for one, measure in ((one, name) for one in found for name in CURVES):
            yield Measurement(one.method, measure, erasure, note=why)
        return
    every = _tokens(words, range(len(words)))
    strongest = {
        one.method: [_tokens(words, one.order[:count]) for count in counts] for one in found
    }
    cut = [top for tops in strongest.values() for top in tops]
    Q = erased_values(asked, replacing, [frozenset(), *cut, *(every - top for top in cut)])
    p = {erased: 1 / (1 + math.exp(-value)) for erased, value in Q.items()}
    for one in found:
        tops = strongest[one.method]
        for ending, values in (("", p), (IN_LOGITS, Q)):
            whole = values[frozenset()]
            without = math.fsum(whole - values[top] for top in tops) / len(tops)
            alone = math.fsum(whole - values[every - top] for top in tops) / len(tops)
            for measure, value in (("comprehensiveness", without), ("sufficiency", alone)):
                yield Measurement(one.method, f"{measure}{ending}", erasure, value, replacing.note)


def _tokens(words: Sequence[tuple[int, ...]], chosen: Iterable[int]) -> Erased:
    return frozenset(place for word in chosen for place in words[word])


def correlations(found: list[Scored], missing: str | None = None) -> Iterator[Measurement]:
    """Each method's rank correlation with leave one out; of scores without a sign with its size.

    `missing` says why there is no leave one out.
    """
    reference = next((one.scores for one in found if one.method == REFERENCE), None)
    for one in found:
        if reference is None or one.method == REFERENCE:
            why = IS_REFERENCE if missing is None else missing
            yield Measurement(one.method, "correlation", note=why)
            continue
        value = rank_correlation(one.scores, reference if one.signed else np.abs(reference))
        if math.isnan(value):
            yield Measurement(one.method, "correlation", note=TOO_ALIKE)
        else:
            yield Measurement(one.method, "correlation", value=value)


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
        yield Measurement(one.method, "pointing", value=float(rank == 0))
        yield Measurement(one.method, "rank", value=1 / (1 + rank))
        if sizes.sum() > 0:
            yield Measurement(one.method, "mass", value=float(sizes[controller] / sizes.sum()))
        else:
            yield Measurement(one.method, "mass", note="all scores are 0")


IN_LOGITS = " in logits"
CURVES = {
    "comprehensiveness": Quantity(
        "comprehensiveness: probability lost without the strongest words", "higher"
    ),
    "sufficiency": Quantity("sufficiency: probability lost with them alone", "lower"),
    f"comprehensiveness{IN_LOGITS}": Quantity(
        "Q lost without the strongest words", "higher", in_unit=True, shown=False
    ),
    f"sufficiency{IN_LOGITS}": Quantity(
        "Q lost with the strongest words alone", "lower", in_unit=True, shown=False
    ),
}
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
    favours="Erasing by [MASK], and the correlation with leave one out, favour the methods that "
    "are computed with [MASK]: leave one out, and influence from a baseline of [MASK].",
    quantities={
        **CURVES,
        "correlation": Quantity("rank correlation with leave one out", "higher"),
        **POINTING,
    },
    measure=_measure,
    prepare=lambda model, _settings, _seed: mean_embedding(model),
    own=OWN,
    labels={name: kind.label for name, kind in SCORED.items()} | {RANDOM: "random order"},
    times=4.0,
)
