"""Two explanations side by side: which tokens correspond, and what took another way.

The two may be of two sentences, two models or two contrasts. Patterns are compared word by word
and step by step, positions of the second being read as the tokens of the first that they
correspond to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from explainer.base.checks import instance, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.results.explanation import Explanation
from explainer.results.model_info import DOES
from explainer.results.pattern import Pattern
from explainer.results.route import Level

Kind = Literal["equal", "changed", "inserted", "deleted"]
MOST_PAIRS = 100_000
"""Pairs of tokens up to which two texts are aligned by equal runs and by likeness."""
LONGEST = 100


@dataclass(frozen=True)
class Aligned:
    """One token of the first sentence, of the second, or one of each that correspond.

    Raises ExplainerError where the positions are not those of the kind.
    """

    kind: Kind
    first: int | None
    second: int | None

    def __post_init__(self) -> None:
        one_of("kind of alignment", self.kind, get_args(Kind))
        for name, absent in (("first", "inserted"), ("second", "deleted")):
            position = getattr(self, name)
            if self.kind != absent:
                whole(f"aligned {name} position", position, 0)
            elif position is not None:
                raise ExplainerError(
                    f"A token that is {absent} has the {name} position {shown(position)}: give "
                    "None there."
                )


@dataclass(frozen=True)
class WordChange:
    """A word's pattern in both explanations (None where it has none).

    `moved` lists the layers 1 … L whose node differs, `switched` the blocks 0 … L − 1 whose
    component differs; both are None where the two cannot be compared step by step. Raises
    ExplainerError without any pattern, and for steps that the patterns do not have.
    """

    tokens: Aligned
    first: Pattern | None
    second: Pattern | None
    moved: tuple[int, ...] | None
    switched: tuple[int, ...] | None

    def __post_init__(self) -> None:
        patterns = [p for p in (self.first, self.second) if p is not None]
        for pattern in patterns:
            instance("word's pattern", pattern, Pattern, "a Pattern")
        if not patterns:
            raise ExplainerError("The word has no pattern in either explanation: give one.")
        steps = min(len(pattern.components) for pattern in patterns)
        for layer in self.moved or ():
            whole("moved layer", layer, 0, steps)
        for block in self.switched or ():
            whole("switched block", block, 0, steps - 1)

    @property
    def same(self) -> bool:
        """Whether both patterns are there and take the same way by the same components."""
        return self.moved == () and self.switched == ()

    def difference(self, level: Level) -> float:
        """Influence of the second pattern less that of the first at `level`, in logits."""
        first, second = (p.value(level) if p else 0.0 for p in (self.first, self.second))
        return second - first


@dataclass(frozen=True, eq=False)
class Comparison:
    """Corresponding tokens, every word's change (largest |g| first), skip shares.

    `skip_shares` [2, L] holds the skip share of every block of both, or is None where the two
    models differ in depth or the total flow was not computed. `unlike` says in a sentence why
    numbers of the two must not be subtracted; None where both are of one quantity. Raises
    ExplainerError for shares of another shape.
    """

    alignment: tuple[Aligned, ...]
    changes: tuple[WordChange, ...]
    skip_shares: NDArray[np.float64] | None
    unlike: str | None = None

    def __post_init__(self) -> None:
        shares = self.skip_shares
        if shares is not None and (shares.ndim != 2 or len(shares) != 2):
            raise ExplainerError(
                f"The skip shares have the shape {shares.shape}: give a row of blocks for "
                "each of the two explanations."
            )


def align(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[Aligned, ...]:
    """Correspond two sequences of tokens: equal runs first, what is between them by likeness."""
    pairs: list[Aligned] = []
    for tag, a, a_end, b, b_end in _opcodes(first, second):
        if tag == "equal":
            pairs += [Aligned("equal", a + k, b + k) for k in range(a_end - a)]
            continue
        at = b
        for k, like in enumerate(_likest(first[a:a_end], second[b:b_end]), start=a):
            if like is None:
                pairs.append(Aligned("deleted", k, None))
                continue
            pairs += [Aligned("inserted", None, j) for j in range(at, b + like)]
            pairs.append(Aligned("changed", k, b + like))
            at = b + like + 1
        pairs += [Aligned("inserted", None, j) for j in range(at, b_end)]
    return tuple(pairs)


def _opcodes(
    first: tuple[str, ...], second: tuple[str, ...]
) -> Iterator[tuple[str, int, int, int, int]]:
    """Runs that are equal in both, and what is between them, as difflib has them.

    Where thousands of tokens repeat each other, difflib would take minutes: then only what both
    begin with and end with is equal, and what is between them stands side by side.
    """
    counts = Counter(second)
    if sum(counts[token] for token in first) <= MOST_PAIRS:
        yield from SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
        return
    shorter = min(len(first), len(second))
    head = _shared(first, second)
    tail = min(_shared(first[::-1], second[::-1]), shorter - head)
    yield "equal", 0, head, 0, head
    beside = shorter - tail - head
    for k in range(head, head + beside):
        yield "equal" if first[k] == second[k] else "replace", k, k + 1, k, k + 1
    a, b = len(first) - tail, len(second) - tail
    yield "replace", head + beside, a, head + beside, b
    yield "equal", a, len(first), b, len(second)


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many entries both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _likest(first: tuple[str, ...], second: tuple[str, ...]) -> list[int | None]:
    """For each token of `first` its counterpart in `second`, in order, as many as there can be.

    Of all ways to leave out what one has more than the other, the one whose counterparts begin
    most alike (`assistant` and `assistants`); among equals the one that leaves out the last.
    """
    if len(first) > len(second):
        back = _likest(second, first)
        return [back.index(k) if k in back else None for k in range(len(first))]
    spare = len(second) - len(first)
    if len(first) * (spare + 1) > MOST_PAIRS:
        return list(range(len(first)))
    # best[k][s]: likeness of first[k:] with s of the spare tokens already left out
    best = np.zeros((len(first) + 1, spare + 2))
    best[:, spare + 1] = -np.inf
    for k in reversed(range(len(first))):
        for s in reversed(range(spare + 1)):
            here = _likeness(first[k], second[k + s]) + best[k + 1, s]
            best[k, s] = max(here, best[k, s + 1])
    counterparts: list[int | None] = []
    s = 0
    for k, token in enumerate(first):
        while best[k, s] > _likeness(token, second[k + s]) + best[k + 1, s]:
            s += 1
        counterparts.append(k + s)
    return counterparts


def _likeness(one: str, other: str) -> float:
    """The share of the longer token that both begin with; no word is longer than `LONGEST`."""
    one, other = one[:LONGEST], other[:LONGEST]
    shared = _shared(one, other)
    return shared / max(len(one), len(other), 1)


def compare(first: Explanation, second: Explanation) -> Comparison:
    """Compare two explanations; of a word's several patterns (top k) the strongest counts.

    Words that only one of the two followed, though they have influence in both, are left out.
    Raises ExplainerError for anything else.
    """
    instance("first explanation", first, Explanation, "what explain returns")
    instance("second explanation", second, Explanation, "what explain returns")
    alignment = align(first.tokens, second.tokens)
    to_first = {pair.second: pair.first for pair in alignment if pair.second is not None}
    strongest = [
        {pattern.source: pattern for pattern in reversed(explanation.patterns)}
        for explanation in (first, second)
    ]
    left = [frozenset(explanation.not_followed) for explanation in (first, second)]
    comparable = first.model.layers == second.model.layers
    changes = []
    for pair in alignment:
        one = strongest[0].get(pair.first) if pair.first is not None else None
        two = strongest[1].get(pair.second) if pair.second is not None else None
        if (one is None and two is None) or pair.first in left[0] or pair.second in left[1]:
            continue
        moved = switched = None
        if one is not None and two is not None and comparable:
            there = [to_first[node] for node in two.nodes]
            moved = _differing(one.nodes, there)
            switched = _differing(one.components, two.components)
        changes.append(WordChange(pair, one, two, moved, switched))
    return Comparison(
        alignment,
        tuple(sorted(changes, key=_strength)),
        _skip_shares(first, second),
        _unlike(first, second),
    )


def _unlike(first: Explanation, second: Explanation) -> str | None:
    """Why influences of the two are of different things, if they are."""
    one, two = first.target, second.target
    if first.model.task != second.model.task:
        said = [DOES[explanation.model.task] for explanation in (first, second)]
        return f"One model {said[0]}, and the other {said[1]}."
    if one.unit != two.unit:
        return f"The first is in {one.unit} and the second in {two.unit}."
    if (one.correct, one.wrong) != (two.correct, two.wrong):
        return f"The first is asked for {one.label} and the second for {two.label}."
    if one.wrong is None and first.model.name != second.model.name:
        return f"The two models may set other classes against {one.label}."
    return None


def _differing(one: Sequence[object], two: Sequence[object]) -> tuple[int, ...]:
    """Where two sequences differ."""
    pairs = enumerate(zip(one, two, strict=True))
    return tuple(place for place, (a, b) in pairs if a != b)


def _strength(change: WordChange) -> float:
    return -max(abs(p.influence) for p in (change.first, change.second) if p is not None)


def _skip_shares(first: Explanation, second: Explanation) -> NDArray[np.float64] | None:
    if first.flow is None or second.flow is None or first.model.layers != second.model.layers:
        return None
    return np.stack([first.flow.skip_shares(), second.flow.skip_shares()])
