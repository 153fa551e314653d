"""The sentences of a run in which patterns take a step: which they are, the strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest
from typing import Any, NamedTuple

from explainer.base.checks import instance, whole
from explainer.corpus.common import COLUMNS, Chosen, places_of, with_patterns
from explainer.corpus.counted import Places
from explainer.corpus.results import Corpus, Readable
from explainer.results.route import SKIP, Component, Edge

MOST = 50
"""Sentences that are listed."""
ASKED = (*COLUMNS, "pair", "correct", "wrong", "value")


class Along(NamedTuple):
    """A sentence in which patterns take a step.

    `carried` is what they carry together from beginning to end, in the unit of Q; `word` the
    position of the token whose pattern carries most, and `step` the step in this sentence, whose
    `source` and `target` are positions. `value` is Q.
    """

    number: int
    id: str
    group: str | None
    text: str
    pair: str | None
    correct: str
    wrong: str | None
    value: float
    right: bool | None
    carried: float
    word: int
    step: Edge


@dataclass(frozen=True)
class Taking:
    """In how many of the `sentences` that were looked through the step is taken, and the
    strongest of those."""

    sentences: int
    count: int
    strongest: tuple[Along, ...]


def sentences_along(
    corpus: Corpus,
    step: Edge,
    *,
    group: str | None = None,
    right: bool | None = None,
    word: str | None = None,
    most: int = MOST,
) -> Taking:
    """The sentences in which patterns take `step`, at most `most` of them, strongest first.

    The `source` and `target` of the step are places among the `roles` of the common pattern of the
    same choice of sentences (`common_pattern`); a step without a component is taken by any. Raises
    ExplainerError where no sentence is of the choice.
    """
    corpus = instance("argument corpus", corpus, Corpus, "a Corpus, which Corpus.open gives")
    step = instance("argument step", step, Edge, "an Edge(layer, source, target, component)")
    most = whole("number of sentences", most, 1)
    return taking(corpus, Chosen(group, right, word), step, most)


def taking(found: Readable, chosen: Chosen, step: Edge, most: int = MOST) -> Taking:
    """`sentences_along` of sentences wherever they are kept."""
    places = places_of(found, chosen)
    every, taken = 0, []
    for sentence, patterns in with_patterns(found, chosen, ASKED):
        every += 1
        one = _along(sentence, patterns, step, places)
        if one is not None:
            taken.append(one)
    strongest = nlargest(most, taken, key=lambda along: (abs(along.carried), -along.number))
    return Taking(every, len(taken), tuple(strongest))


def _along(
    sentence: dict[str, Any], patterns: list[dict[str, Any]], step: Edge, places: Places
) -> Along | None:
    """The sentence, if one of its patterns takes the step."""
    carried, ways = 0.0, []
    for pattern in patterns:
        for at in pattern["steps"]:
            by: Component = SKIP if at["head"] is None else at["head"]
            if at["layer"] != step.layer or step.component not in (None, by):
                continue
            ends = places.role(sentence, at["from"]), places.role(sentence, at["to"])
            if ends != (step.source, step.target):
                continue
            carried += pattern["path_influence"]
            edge = Edge(at["layer"], at["from"], at["to"], by)
            ways.append((abs(pattern["path_influence"]), -pattern["rank"], pattern["source"], edge))
    if not ways:
        return None
    *_, word, edge = max(ways, key=lambda way: way[:2])
    same = {name: sentence[name] for name in Along._fields if name in sentence}
    return Along(**same, carried=carried, word=word, step=edge)
