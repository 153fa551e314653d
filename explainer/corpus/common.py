"""What the sentences of a run have in common, read part by part.

The sentences are of one form where all have as many tokens and are asked at the same positions:
then a role is a position, and called by what mostly stands there. Elsewhere a token's role is its
distance from the first target, as far as `FAR`, with those at the ends of the text by their names.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from explainer.base.checks import instance, yes_or_no
from explainer.base.checks import text as given_text
from explainer.base.errors import ExplainerError
from explainer.corpus.counted import ADDED, Counted, Places, Sentence, offset
from explainer.corpus.results import Corpus, Readable
from explainer.results.common.pattern import CommonPattern
from explainer.results.model_info import ModelInfo
from explainer.results.target import UNITS

MOSTLY = 0.8
"""A place is called by a token that stands there in this share of the sentences."""

COLUMNS = (
    *("number", "id", "group", "text", "tokens", "words", "targets", "influence"),
    *("right", "unit"),
)
"""What is read of each sentence."""


NO_PARTS = (None, None, None)
"""Of a step by a skip connection: how much its value, key and query carry is said of heads."""


@dataclass(frozen=True)
class Chosen:
    """Which sentences: of a group, with the right or the wrong answer, with a token; None: all."""

    group: str | None = None
    right: bool | None = None
    word: str | None = None

    def __post_init__(self) -> None:
        for name in ("group", "word"):
            if getattr(self, name) is not None:
                given_text(name, getattr(self, name))
        if self.right is not None:
            yes_or_no("right", self.right)

    def holds(self, sentence: Sentence) -> bool:
        """Whether a sentence is one of them."""
        return (
            (self.group is None or sentence["group"] == self.group)
            and (self.right is None or sentence["right"] == self.right)
            and (self.word is None or self.word in sentence["tokens"])
        )


def common_pattern(
    corpus: Corpus, *, group: str | None = None, right: bool | None = None, word: str | None = None
) -> CommonPattern:
    """What the patterns of a run's sentences have in common, as far as the run has come.

    `group`, `right` and `word` choose sentences: of that group, with a Q above 0 or not, with that
    token. Raises ExplainerError where there is none.
    """
    corpus = instance("argument corpus", corpus, Corpus, "a Corpus, which Corpus.open gives")
    return common_of(corpus, Chosen(group, right, word))


def common_of(found: Readable, chosen: Chosen) -> CommonPattern:
    """The same of sentences wherever they are kept. Raises ExplainerError where there is none."""
    counted = Counted(places_of(found, chosen))
    for sentence, patterns in with_patterns(found, chosen):
        counted.add(sentence, patterns)
    return counted.found(found.model)


def groups_of(
    corpus: Readable, *, right: bool | None = None, word: str | None = None
) -> tuple[str, ...]:
    """The groups of a run's sentences, in the input's order; those without one are left out."""
    chosen = Chosen(None, right, word)
    found = dict.fromkeys(sentence["group"] for sentence in _sentences(corpus, chosen))
    return tuple(group for group in found if group is not None)


def places_of(corpus: Readable, chosen: Chosen) -> Places:
    """The roles of the sentences' tokens. Raises ExplainerError where there is no sentence, or
    where units differ."""
    shapes: Counter[tuple[int, tuple[int, ...]]] = Counter()
    at: dict[int, Counter[str]] = defaultdict(Counter)
    offsets: dict[str, float] = {}
    units: set[str] = set()
    for sentence in _sentences(corpus, chosen):
        tokens = sentence["tokens"]
        shapes[len(tokens), tuple(sentence["targets"])] += 1
        units.add(sentence["unit"])
        for position, token in enumerate(tokens):
            if len(shapes) == 1:
                at[position][token] += 1
            offsets.setdefault(offset(sentence, position), _rank(sentence, position))
    if not shapes:
        raise ExplainerError(
            "No sentence of the run is of this choice: choose another group, answer or word."
        )
    if len(units) > 1:
        raise ExplainerError(
            f"The sentences' influence is in {' and '.join(sorted(units))}, which cannot be added: "
            "choose a group of one kind."
        )
    if len(shapes) == 1:
        names = tuple(_called(at[position]) for position in sorted(at))
        return Places(True, _numbered(names), {})
    order = sorted(offsets, key=lambda name: offsets[name])
    return Places(False, tuple(order), {name: place for place, name in enumerate(order)})


def _called(tokens: Counter[str]) -> str:
    token, times = tokens.most_common(1)[0]
    return token if times >= MOSTLY * tokens.total() else f"{token} …"


def _numbered(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that are there twice with their positions."""
    return tuple(
        f"{name} ({place})" if names.count(name) > 1 else name for place, name in enumerate(names)
    )


def _rank(sentence: Sentence, position: int) -> float:
    """Orders the roles from the text's beginning to its end."""
    name, last = offset(sentence, position), len(sentence["tokens"]) - 1
    if sentence["words"][position] == ADDED and name == sentence["tokens"][position]:
        return -1e6 if position == 0 else 1e6
    if name in ("earlier", "later"):
        return -1e3 if name == "earlier" else 1e3
    return float(position - sentence["targets"][0]) + position / (1e3 * (last + 1))


def _sentences(corpus: Readable, chosen: Chosen) -> Iterator[Sentence]:
    for part in corpus.records("sentences", COLUMNS):
        yield from filter(chosen.holds, map(_whole, part))


def with_patterns(
    corpus: Readable, chosen: Chosen, columns: Sequence[str] = COLUMNS
) -> Iterator[tuple[Sentence, list[dict[str, Any]]]]:
    """Each sentence, or these columns of it, with its patterns."""
    model = corpus.model
    for sentences, patterns in zip(
        corpus.records("sentences", columns), corpus.records("patterns"), strict=True
    ):
        of: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for pattern in patterns:
            of[pattern["number"]].append(pattern)
        for sentence in filter(chosen.holds, map(_whole, sentences)):
            found, n = of[sentence["number"]], len(sentence["tokens"])
            for pattern in found:
                _check(pattern, _wrong_pattern(pattern, n, model))
            yield sentence, found


def _whole(sentence: Sentence) -> Sentence:
    """The sentence; raises ExplainerError for one that no run has written."""
    _check(sentence, _wrong_sentence(sentence))
    return sentence


def _check(row: dict[str, Any], wrong: str | None) -> None:
    if wrong:
        raise ExplainerError(
            f"The tables of the run are damaged (row {row['number']}, {wrong}): delete the part "
            "with that row, and the same command computes it again."
        )


def _wrong_sentence(sentence: Sentence) -> str | None:
    """The first of its fields that does not go with the others."""
    tokens, targets, words = sentence["tokens"], sentence["targets"], sentence["words"]
    n = len(tokens or ())
    if not n or None in tokens:
        return "tokens"
    if not targets or None in targets or not 0 <= min(targets) <= max(targets) < n:
        return "targets"
    if len(words or ()) != n or None in words:
        return "words"
    if len(sentence["influence"] or ()) != n or not _finite(*sentence["influence"]):
        return "influence"
    return None if sentence["unit"] in UNITS else "unit"


def _wrong_pattern(pattern: dict[str, Any], n: int, model: ModelInfo) -> str | None:
    """The same of a pattern of a sentence of `n` tokens."""
    if pattern["source"] is None or not 0 <= pattern["source"] < n:
        return "source of a pattern"
    if not _finite(pattern["path_influence"]):
        return "path_influence of a pattern"
    if not pattern["steps"] or None in pattern["steps"]:
        return "steps of a pattern"
    layers, heads = range(model.layers), range(model.heads)
    for step in pattern["steps"]:
        source, target, head = step["from"], step["to"], step["head"]
        if source is None or target is None or not (0 <= source < n and 0 <= target < n):
            return "step of a pattern"
        if step["layer"] not in layers:
            return "layer of a step"
        if head is not None and head not in heads:
            return "head of a step"
        parts = step["value"], step["key"], step["query"]
        if parts != NO_PARTS and not _finite(*parts):
            return "parts of a step"
    return None


def _finite(*values: float | None) -> bool:
    return all(value is not None and math.isfinite(value) for value in values)
