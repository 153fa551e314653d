"""What the sentences of a run have in common, read part by part.

The sentences are of one form where all have as many tokens and are asked at the same positions:
then a role is a position, and called by what mostly stands there. Elsewhere a token's role is its
distance from the first target, as far as `FAR`, with those at the ends of the text by their names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Any

from explainer.base.checks import instance, yes_or_no
from explainer.base.checks import text as given_text
from explainer.base.errors import ExplainerError
from explainer.corpus.results import Corpus
from explainer.results.common.pattern import CommonPattern, CommonStep, Example, Mean, Role
from explainer.results.metrics import entropy
from explainer.results.model_info import ModelInfo
from explainer.results.route import SKIP, Component
from explainer.results.target import LOGITS, Unit

FAR = 8
"""Tokens from the target that have a role of their own."""
EXAMPLES = 3
"""Sentences that are kept of each head."""
MOSTLY = 0.8
"""A place is called by a token that stands there in this share of the sentences."""
ADDED = -1
"""The word of a token that was added, or of a mask."""

Sentence = dict[str, Any]
COLUMNS = (
    "number",
    "id",
    "group",
    "text",
    "tokens",
    "words",
    "targets",
    "influence",
    "right",
    "unit",
)


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
    chosen = Chosen(group, right, word)
    places = _places(corpus, chosen)
    counted = _Counted(places)
    for sentence, patterns in _both(corpus, chosen):
        counted.add(sentence, patterns)
    return counted.found(ModelInfo(**{name: corpus.run["model"][name] for name in MODEL}))


def groups_of(
    corpus: Corpus, *, right: bool | None = None, word: str | None = None
) -> tuple[str, ...]:
    """The groups of a run's sentences, in the input's order; those without one are left out."""
    chosen = Chosen(None, right, word)
    found = dict.fromkeys(sentence["group"] for sentence in _sentences(corpus, chosen))
    return tuple(group for group in found if group is not None)


MODEL = tuple(ModelInfo.__dataclass_fields__)


@dataclass(frozen=True)
class _Places:
    """Names and order of the roles, and whether they are positions."""

    aligned: bool
    names: tuple[str, ...]
    order: dict[str, int]

    def role(self, sentence: Sentence, position: int) -> int:
        """The role of a token."""
        return position if self.aligned else self.order[_offset(sentence, position)]


def _places(corpus: Corpus, chosen: Chosen) -> _Places:
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
            offsets.setdefault(_offset(sentence, position), _rank(sentence, position))
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
        return _Places(True, _numbered(names), {})
    order = sorted(offsets, key=lambda name: offsets[name])
    return _Places(False, tuple(order), {name: place for place, name in enumerate(order)})


def _called(tokens: Counter[str]) -> str:
    token, times = tokens.most_common(1)[0]
    return token if times >= MOSTLY * tokens.total() else f"{token} …"


def _numbered(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that are there twice with their positions."""
    return tuple(
        f"{name} ({place})" if names.count(name) > 1 else name for place, name in enumerate(names)
    )


def _offset(sentence: Sentence, position: int) -> str:
    """What a token is called by its place beside the target."""
    tokens, words, targets = (sentence[name] for name in ("tokens", "words", "targets"))
    if position in targets:
        return "target" if len(targets) == 1 else f"target {targets.index(position) + 1}"
    if words[position] == ADDED and position in (0, len(tokens) - 1):
        token: str = tokens[position]
        return token
    away = position - targets[0]
    if abs(away) > FAR:
        return "earlier" if away < 0 else "later"
    return f"{away:+d}".replace("-", "−")


def _rank(sentence: Sentence, position: int) -> float:
    """Orders the roles from the text's beginning to its end."""
    name, last = _offset(sentence, position), len(sentence["tokens"]) - 1
    if sentence["words"][position] == ADDED and name == sentence["tokens"][position]:
        return -1e6 if position == 0 else 1e6
    if name in ("earlier", "later"):
        return -1e3 if name == "earlier" else 1e3
    return float(position - sentence["targets"][0]) + position / (1e3 * (last + 1))


def _sentences(corpus: Corpus, chosen: Chosen) -> Iterator[Sentence]:
    for table in corpus.parts("sentences", COLUMNS):
        yield from filter(chosen.holds, table.to_pylist())


def _both(corpus: Corpus, chosen: Chosen) -> Iterator[tuple[Sentence, list[dict[str, Any]]]]:
    """Each sentence with its patterns."""
    for sentences, patterns in zip(
        corpus.parts("sentences", COLUMNS), corpus.parts("patterns"), strict=True
    ):
        of: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for pattern in patterns.to_pylist():
            of[pattern["number"]].append(pattern)
        for sentence in filter(chosen.holds, sentences.to_pylist()):
            yield sentence, of[sentence["number"]]


@dataclass
class _Sum:
    """What was counted of one step."""

    sentences: int = 0
    positive: float = 0.0
    negative: float = 0.0
    parts: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    last: int = -1


Place = tuple[int, int, int, Component]


class _Counted:
    """Sums over the sentences that were added."""

    def __init__(self, places: _Places) -> None:
        self.places = places
        self.unit: Unit = LOGITS
        self.count = 0
        self.targets: set[int] = set()
        self.there: Counter[int] = Counter()
        self.influence: dict[int, float] = defaultdict(float)
        self.steps: dict[Place, _Sum] = defaultdict(_Sum)
        self.nodes: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        self.components: dict[tuple[int, int], Counter[Component]] = defaultdict(Counter)
        self.skips: list[float] = [0.0, 0.0, 0.0]
        self.right: Counter[bool | None] = Counter()
        self.most: dict[tuple[int, int], list[tuple[float, int, Example]]] = defaultdict(list)

    def add(self, sentence: Sentence, patterns: list[dict[str, Any]]) -> None:
        """A sentence with its patterns."""
        roles = [self.places.role(sentence, at) for at in range(len(sentence["tokens"]))]
        self.count += 1
        self.unit = sentence["unit"]
        self.right[sentence["right"]] += 1
        self.targets.update(roles[at] for at in sentence["targets"])
        self.there.update(set(roles))
        for role, influence in zip(roles, sentence["influence"], strict=True):
            self.influence[role] += influence
        taken = []
        by_head: dict[tuple[int, int], float] = defaultdict(float)
        for pattern in patterns:
            start = roles[pattern["source"]]
            for step in pattern["steps"]:
                taken.append(step["head"] is None)
                self._step(start, step, roles, pattern["path_influence"])
                if step["head"] is not None:
                    by_head[step["layer"], step["head"]] += pattern["path_influence"]
        if taken:
            share = sum(taken) / len(taken)
            for power in range(3):
                self.skips[power] += share**power

        for place, carried in by_head.items():
            example = Example(sentence["number"], sentence["id"], sentence["text"], carried)
            # The number decides between equals, so that the order of the input does.
            entry = (abs(carried), -example.number, example)
            keep = heappushpop if len(self.most[place]) == EXAMPLES else heappush
            keep(self.most[place], entry)

    def _step(self, start: int, step: dict[str, Any], roles: list[int], carried: float) -> None:
        layer, end = step["layer"], roles[step["to"]]
        component: Component = SKIP if step["head"] is None else step["head"]
        found = self.steps[layer, roles[step["from"]], end, component]
        found.sentences += found.last != self.count
        found.last = self.count
        found.positive += max(0.0, carried)
        found.negative += min(0.0, carried)
        if step["value"] is not None:
            for place, name in enumerate(("value", "key", "query")):
                found.parts[place] += step[name]
        self.nodes[layer, start][end] += 1
        self.components[layer, start][component] += 1

    def found(self, model: ModelInfo) -> CommonPattern:
        """Means of what was counted."""
        n = self.count
        steps = [
            CommonStep(
                *(*place, one.sentences, one.positive / n, one.negative / n),
                *(part / n for part in one.parts),
            )
            for place, one in self.steps.items()
        ]
        asked = self.right[True] + self.right[False]
        return CommonPattern(
            model=model,
            sentences=n,
            unit=self.unit,
            aligned=self.places.aligned,
            roles=tuple(
                Role(name, self.there[place], self.influence[place] / n)
                for place, name in enumerate(self.places.names)
            ),
            targets=tuple(sorted(self.targets)),
            steps=tuple(sorted(steps, key=lambda s: (s.layer, -s.size, s.source, s.target))),
            node_entropy=_entropies(self.nodes, model.layers),
            component_entropy=_entropies(self.components, model.layers),
            skips=Mean.of(int(self.skips[0]), *self.skips[1:]) if self.skips[0] else Mean(0, 0, 0),
            right=self.right[True] / asked if asked else None,
            examples={
                place: tuple(example for *_, example in sorted(kept, reverse=True))
                for place, kept in self.most.items()
            },
        )


def _entropies(counts: Any, layers: int) -> tuple[float, ...]:
    """The mean over roles of the entropy after each block."""
    found = []
    for layer in range(layers):
        of = [entropy(one.elements()) for (at, _), one in counts.items() if at == layer]
        found.append(sum(of) / len(of) if of else 0.0)
    return tuple(found)
