"""How much of a pattern stays when what it should depend on is taken away, and when it is not.

Measures, the mean over words with at least `SHARE` of Σ|g|:

- `nodes`: the share of the pattern's inner nodes that are the same;
- `steps`: the share of its steps that start, end and go by the same component;
- `ranks`: Spearman's rank correlation of g over all tokens with what it was.

Conditions: blocks whose weights are drawn anew, from the top; other answers asked about; the words
in another order (nodes are followed to where their token has gone); and, for comparison, what
should change little: a word in other words (beside another word in its place), another search, a
wider beam, more points, another baseline. `chance` is
another word's pattern of the same sentence, read as if it was this word's: how alike two patterns
are anyway, since most steps stay by skip and all end at the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from explainer.base.checkpoint import checkpoint
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.measurement import Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.protocols.sanity.redrawn import redrawn
from explainer.evaluation.protocols.sanity.reworded import reworded
from explainer.evaluation.protocols.sanity.shuffled import other_answers, shuffled
from explainer.influence.search.refine import Search, refine_words
from explainer.influence.stability.variations import variations
from explainer.influence.together import Asked, Batch
from explainer.models.model import Model
from explainer.results.beside.stability import name_of_variation
from explainer.results.metrics import alignment, rank_correlation
from explainer.results.route import Component
from explainer.results.settings import Settings

SHARE = 0.05
"""Of Σ|g|: words with less are not followed."""
PATTERN, CHANCE, INFLUENCE = "pattern", "chance", "influence"
ANOTHER_WORD = "another word's pattern"
ALL_ANEW = "all blocks drawn anew"
OTHER_ANSWERS, OTHER_ORDER = "other answers", "words in another order"
REWORDED, REPLACED = "a word reworded", "another word in its place"


class Way(NamedTuple):
    """Where a pattern goes, L + 1 positions, and by what, L components."""

    nodes: tuple[int, ...]
    components: tuple[Component, ...]

    @property
    def steps(self) -> tuple[tuple[int, int, Component], ...]:
        """Each step's start, end and component."""
        ends = pairwise(self.nodes)
        return tuple((*pair, by) for pair, by in zip(ends, self.components, strict=True))

    def moved(self, to: Callable[[int], int]) -> Way:
        """The same with its nodes at other positions."""
        return Way(tuple(map(to, self.nodes)), self.components)


@dataclass(frozen=True)
class Followed:
    """The influence of every token, and the way of each word that was followed and has any."""

    influence: tuple[float, ...]
    ways: Mapping[int, Way]


def follow(
    asked: AskedCase,
    words: Sequence[int],
    model: Model | None = None,
    question: Asked | None = None,
    settings: Settings | None = None,
) -> Followed:
    """Follow words as the sentence is asked, or in place of it a model, question or settings."""
    checkpoint()
    chosen = asked.settings if settings is None else settings
    question = Asked(asked.sentence, asked.quantity) if question is None else question
    batch = Batch(asked.model if model is None else model, chosen, False, asked.budget)
    trace = batch.follow([question])
    search = Search(chosen.top_k, beam=chosen.joint_beam)
    with_influence = [word for word in words if trace.influence[word] != 0]
    (patterns,) = refine_words(trace, [question.sentence.tokens], with_influence, search)
    ways: dict[int, Way] = {}
    for pattern in patterns:
        ways.setdefault(pattern.source, Way(pattern.nodes, pattern.components))
    return Followed(tuple(trace.influence), ways)


def redrawn_models(model: Model, _: Settings, seed: int) -> Mapping[int, Model]:
    """Copies with the last block drawn anew, half of them, and all, by their number."""
    layers = model.info.layers
    return {top: redrawn(model, top, seed) for top in sorted({1, (layers + 1) // 2, layers})}


def measure_sanity(asked: AskedCase) -> Iterator[Measurement]:
    """All measurements of one sentence."""
    words = list(dict.fromkeys(p.source for p in asked.explanation.drawn(SHARE)))
    if not words:
        yield from _none((PATTERN, INFLUENCE), "", "no word has a pattern")
        return
    own = follow(asked, words)
    yield from _chance(asked, own)
    for top, model in asked.shared.items():
        layers = asked.model.info.layers
        condition = ALL_ANEW if top == layers else f"{top} of {layers} blocks drawn anew"
        yield from _kept(own, follow(asked, words, model=model), condition)
    yield from _other_answers(asked, own)
    yield from _other_order(asked, own)
    yield from _reworded(asked, own)
    for varied, settings in variations(asked.settings):
        found = follow(asked, words, settings=settings)
        yield from _kept(own, found, name_of_variation(varied, settings))


def _other_answers(asked: AskedCase, own: Followed) -> Iterator[Measurement]:
    rng = asked.rng(OTHER_ANSWERS)
    quantity = other_answers(asked.model, asked.sentence, asked.quantity, rng)
    if isinstance(quantity, str):
        yield from _none((PATTERN, INFLUENCE), OTHER_ANSWERS, quantity)
        return
    found = follow(asked, list(own.ways), question=Asked(asked.sentence, quantity))
    yield from _kept(own, found, OTHER_ANSWERS)


def _other_order(asked: AskedCase, own: Followed) -> Iterator[Measurement]:
    found = shuffled(asked.sentence, asked.rng(OTHER_ORDER))
    if found is None:
        why = "the words have no other order"
        yield from _none((PATTERN, INFLUENCE), OTHER_ORDER, why)
        return
    came_from = found.came_from
    there = [came_from.index(word) for word in own.ways]
    targets = sorted(came_from.index(position) for position in asked.quantity.positions)
    question = Asked(found.sentence, replace(asked.quantity, positions=tuple(targets), reads=()))
    moved = follow(asked, there, question=question)
    ways = {came_from[at]: way.moved(came_from.__getitem__) for at, way in moved.ways.items()}
    influence = [moved.influence[came_from.index(at)] for at in range(len(came_from))]
    yield from _kept(own, Followed(tuple(influence), ways), OTHER_ORDER)


def _reworded(asked: AskedCase, own: Followed) -> Iterator[Measurement]:
    found = reworded(asked, asked.rng(REWORDED))
    for condition, sentence in ((REWORDED, found.nearly_the_same), (REPLACED, found.unrelated)):
        if sentence is None:
            why = "no word of it has such a word on the list that goes token for token"
            yield from _none((PATTERN, INFLUENCE), condition, why)
            continue
        changed = follow(asked, list(own.ways), question=Asked(sentence, asked.quantity))
        yield from _kept(own, changed, condition)


def _kept(own: Followed, found: Followed, condition: str) -> Iterator[Measurement]:
    """How alike the ways are, word by word, and the order of influence."""
    pairs = [(way, found.ways.get(word)) for word, way in own.ways.items()]
    yield from _alike(PATTERN, condition, pairs)
    ranks = rank_correlation(own.influence, found.influence)
    if math.isnan(ranks):
        why = "too few tokens, or influence is the same everywhere"
        yield Measurement(INFLUENCE, "ranks", Condition(condition), None, why)
    else:
        yield Measurement(INFLUENCE, "ranks", Condition(condition), ranks)


def _chance(asked: AskedCase, own: Followed) -> Iterator[Measurement]:
    """Each word's way beside that of another word, drawn, as if it began at this one."""
    rng = asked.rng(ANOTHER_WORD)
    pairs: list[tuple[Way, Way | None]] = []
    for word, way in own.ways.items():
        others = [other for other in own.ways if other != word]
        if others:
            pairs.append((way, as_if_from(word, own.ways[int(rng.choice(others))])))
    if pairs:
        yield from _alike(CHANCE, ANOTHER_WORD, pairs)
    else:
        yield from _none((CHANCE,), ANOTHER_WORD, "only one word has a pattern")


def as_if_from(word: int, way: Way) -> Way:
    """A way whose own word's place is read as `word`, wherever it is there but for its end."""
    start, target = way.nodes[0], way.nodes[-1]
    moved = way.moved(lambda node: word if node == start else node)
    return Way((*moved.nodes[:-1], target), way.components)


def _alike(
    method: str, condition: str, pairs: Sequence[tuple[Way, Way | None]]
) -> Iterator[Measurement]:
    """The mean over words of what two ways have in common; nothing where there is no second."""

    def mean(kept: Callable[[Way, Way], float]) -> float:
        return math.fsum(kept(one, two) if two else 0.0 for one, two in pairs) / len(pairs)

    yield Measurement(
        method, "nodes", Condition(condition), mean(lambda a, b: alignment(a.nodes, b.nodes))
    )
    yield Measurement(method, "steps", Condition(condition), mean(steps_kept))


def steps_kept(one: Way, two: Way) -> float:
    """The share of steps that start, end and go by the same component in both."""
    same = [a == b for a, b in zip(one.steps, two.steps, strict=True)]
    return sum(same) / len(same)


def _none(methods: Sequence[str], condition: str, why: str) -> Iterator[Measurement]:
    for method in methods:
        for measure in ("ranks",) if method == INFLUENCE else ("nodes", "steps"):
            yield Measurement(method, measure, Condition(condition), None, why)


ANEW: dict[str, Any] = {
    "claim": "With all weights drawn anew less of a pattern stays than by chance",
    "own": ALL_ANEW,
    "against": (ANOTHER_WORD,),
}
SANITY = Protocol(
    name="sanity",
    label="Sanity",
    asks="Does a pattern go when weights, question or word order go, and stay when they do not?",
    refuted_by="Patterns of redrawn weights that are more alike than those of two words by chance.",
    favours="A method that never changes stays best under other settings: read both halves.",
    quantities={
        "nodes": Quantity("inner nodes the same", "lower", percent=True, **ANEW),
        "steps": Quantity("steps the same", "lower", percent=True, **ANEW),
        "ranks": Quantity("rank correlation of g", None),
    },
    measure=measure_sanity,
    prepare=redrawn_models,
    changes=True,
    times=16.0,
)
