"""What many sentences have in common, added up sentence by sentence."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Any

from explainer.results.common.classes import Between, WordClass, classes_of
from explainer.results.common.pattern import CommonPattern, CommonStep, Example, Mean, Role
from explainer.results.metrics import entropy
from explainer.results.model_info import ModelInfo
from explainer.results.route import SKIP, Component
from explainer.results.target import LOGITS, Unit

FAR = 8
"""Tokens from the target that have a role of their own."""
PAIRS = 3
"""Pairs of classes of words that are kept of each head."""
EXAMPLES = 3
"""Sentences that are kept of each head."""
ADDED = -1
"""The word of a token that was added, or of a mask."""
Sentence = dict[str, Any]
Place = tuple[int, int, int, Component]


@dataclass(frozen=True)
class Places:
    """Names and order of the roles, and whether they are positions."""

    aligned: bool
    names: tuple[str, ...]
    order: dict[str, int]

    def role(self, sentence: Sentence, position: int) -> int:
        """The role of a token."""
        return position if self.aligned else self.order[offset(sentence, position)]


def offset(sentence: Sentence, position: int) -> str:
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


@dataclass
class _Sum:
    """What was counted of one step."""

    sentences: int = 0
    positive: float = 0.0
    negative: float = 0.0
    parts: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    squares: float = 0.0

    def add(self, amount: float) -> None:
        """What a sentence has, whatever its sign."""
        self.sentences += 1
        self.squares += amount**2
        self.positive += max(0.0, amount)
        self.negative += min(0.0, amount)

    @property
    def total(self) -> float:
        """The sum of all sentences."""
        return self.positive + self.negative

    def error(self, count: int) -> float:
        """The standard error of the mean over so many sentences."""
        if count < 2:
            return math.inf
        mean = self.total / count
        return math.sqrt(max(0.0, self.squares / count - mean**2) / (count - 1))


@dataclass
class _Class:
    """What was counted of a class of words."""

    tokens: int = 0
    influence: _Sum = field(default_factory=_Sum)


class Counted:
    """Sums over the sentences that were added."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.unit: Unit = LOGITS
        self.count = 0
        self.targets: set[int] = set()
        self.there: Counter[int] = Counter()
        self.influence: dict[int, _Sum] = defaultdict(_Sum)
        self.steps: dict[Place, _Sum] = defaultdict(_Sum)
        self.nodes: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        self.components: dict[tuple[int, int], Counter[Component]] = defaultdict(Counter)
        self.skips: list[float] = [0.0, 0.0, 0.0]
        self.right: Counter[bool | None] = Counter()
        self.most: dict[tuple[int, int], list[tuple[float, int, Example]]] = defaultdict(list)
        self.heads: dict[tuple[int, int], _Sum] = defaultdict(_Sum)
        self.classes: dict[str, _Class] = defaultdict(_Class)
        self.between: dict[tuple[int, int], Counter[tuple[str, str]]] = defaultdict(Counter)

    def add(self, sentence: Sentence, patterns: list[dict[str, Any]]) -> None:
        """A sentence with its patterns."""
        roles = [self.places.role(sentence, at) for at in range(len(sentence["tokens"]))]
        self.count += 1
        self.unit = sentence["unit"]
        self.right[sentence["right"]] += 1
        self.targets.update(roles[at] for at in sentence["targets"])
        self.there.update(set(roles))
        by_role: Counter[int] = Counter()
        for role, influence in zip(roles, sentence["influence"], strict=True):
            by_role[role] += influence
        for role, influence in by_role.items():
            self.influence[role].add(influence)
        classes = self._classes(sentence)
        taken = []
        carried_by: dict[Place, float] = defaultdict(float)
        by_head: dict[tuple[int, int], float] = defaultdict(float)
        for pattern in patterns:
            start = roles[pattern["source"]]
            for step in pattern["steps"]:
                taken.append(step["head"] is None)
                place = self._step(start, step, roles, pattern["path_influence"])
                carried_by[place] += pattern["path_influence"]
                if step["head"] is not None:
                    head, ends = (step["layer"], step["head"]), (step["from"], step["to"])
                    by_head[head] += pattern["path_influence"]
                    source, target = (classes[end] for end in ends)
                    self.between[head][source, target] += abs(pattern["path_influence"])
        if taken:
            share = sum(taken) / len(taken)
            for power in range(3):
                self.skips[power] += share**power

        for place, carried in carried_by.items():
            self.steps[place].sentences += 1
            self.steps[place].squares += carried**2
        for head, carried in by_head.items():
            self.heads[head].add(carried)
            example = Example(sentence["number"], sentence["id"], sentence["text"], carried)
            # The number decides between equals, so that the order of the input does.
            entry = (abs(carried), -example.number, example)
            keep = heappushpop if len(self.most[head]) == EXAMPLES else heappush
            keep(self.most[head], entry)

    def _classes(self, sentence: Sentence) -> tuple[str, ...]:
        """The class of each token, counted."""
        found = classes_of(sentence["tokens"], sentence["words"], sentence["targets"])
        by_class: Counter[str] = Counter()
        for name, influence in zip(found, sentence["influence"], strict=True):
            self.classes[name].tokens += 1
            by_class[name] += influence
        for name, influence in by_class.items():
            self.classes[name].influence.add(influence)
        return found

    def _step(self, start: int, step: dict[str, Any], roles: list[int], carried: float) -> Place:
        layer, end = step["layer"], roles[step["to"]]
        component: Component = SKIP if step["head"] is None else step["head"]
        place = layer, roles[step["from"]], end, component
        found = self.steps[place]
        found.positive += max(0.0, carried)
        found.negative += min(0.0, carried)
        if step["value"] is not None:
            for part, name in enumerate(("value", "key", "query")):
                found.parts[part] += step[name]
        self.nodes[layer, start][end] += 1
        self.components[layer, start][component] += 1
        return place

    def found(self, model: ModelInfo) -> CommonPattern:
        """Means of what was counted."""
        n = self.count
        steps = [
            CommonStep(
                *(*place, one.sentences, one.positive / n, one.negative / n),
                *(*(part / n for part in one.parts), one.error(n)),
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
                Role(name, self.there[place], one.total / n, one.error(n))
                for place, name in enumerate(self.places.names)
                for one in (self.influence[place],)
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
            classes=tuple(
                WordClass(
                    *(name, one.tokens, one.influence.sentences),
                    *(one.influence.total / n, one.influence.error(n)),
                )
                for name, one in sorted(
                    self.classes.items(), key=lambda found: -abs(found[1].influence.total)
                )
            ),
            between={
                head: tuple(Between(*ends, size / n) for ends, size in sizes.most_common(PAIRS))
                for head, sizes in self.between.items()
            },
            spread={head: (one.sentences, one.error(n)) for head, one in self.heads.items()},
        )


def _entropies(counts: Any, layers: int) -> tuple[float, ...]:
    """The mean over roles of the entropy after each block."""
    found = []
    for layer in range(layers):
        of = [entropy(one.elements()) for (at, _), one in counts.items() if at == layer]
        found.append(sum(of) / len(of) if of else 0.0)
    return tuple(found)
