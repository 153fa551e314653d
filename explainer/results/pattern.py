"""The result of an explanation: nodes, edges, patterns, total flow; as values, JSON and a graph.

Nothing here knows torch, a tokenizer or a page. Layers count hidden states: node (0, i) is the
embedding of token i and node (L, i) its last hidden state; block l carries H[l] to H[l+1].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, get_args

import networkx as nx

from explainer.base.checks import number, one_of, text, whole
from explainer.base.errors import ExplainerError
from explainer.results.gap import gap_warning
from explainer.results.settings import Settings
from explainer.results.total_flow import TotalFlow

SCHEMA = 1
Level = Literal["embedding", "attention"]
LEVELS: tuple[Level, ...] = get_args(Level)
Task = Literal["masked-lm", "classification"]
Head = Literal["choice", "labels", "values"]
Skip = Literal["skip"]
SKIP: Skip = "skip"
Component = int | Skip
"""What carries one step: an attention head by its number, or the skip connection."""
LARGEST = 1e100
"""Logits beyond this are no model's, and can be neither added up nor drawn."""
MAX_SIZES = {"layers": 1000, "heads": 10_000, "d_model": 1_000_000}
"""No encoder comes near these."""


class Node(NamedTuple):
    """One hidden state: `layer` 0 … L, `position` of the token."""

    layer: int
    position: int


class Edge(NamedTuple):
    """One step through block `layer`, from (layer, source) to (layer + 1, target).

    `component` is None where heads and skip are not told apart (the embedding level).
    """

    layer: int
    source: int
    target: int
    component: Component | None


Place = Node | Edge
"""What patterns can have in common: a node or a step."""


def steps(
    nodes: Sequence[int], components: Sequence[Component | None] | None = None
) -> tuple[Edge, ...]:
    """The L steps through L + 1 positions, without components where there are none."""
    chosen = components if components is not None else (None,) * (len(nodes) - 1)
    return tuple(
        Edge(layer, source, target, component)
        for layer, (source, target, component) in enumerate(
            zip(nodes[:-1], nodes[1:], chosen, strict=True)
        )
    )


@dataclass(frozen=True)
class ModelInfo:
    """What a reader must know of the model: sizes are counts, `task` names its head.

    `head` says what the outputs are: one `choice` among words or classes, `labels` of which each
    holds or not, or the `values` of a regression. Raises ExplainerError for sizes that no model
    has.
    """

    name: str
    task: Task
    layers: int
    heads: int
    d_model: int
    head: Head = "choice"

    def __post_init__(self) -> None:
        text("model.name", self.name)
        one_of("model.task", self.task, get_args(Task))
        one_of("model.head", self.head, get_args(Head))
        for name, most in MAX_SIZES.items():
            object.__setattr__(self, name, whole(f"model.{name}", getattr(self, name), 1, most))


@dataclass(frozen=True)
class Target:
    """The quantity of interest Q in logits: its value at the input and at the baseline.

    `wrong` is None where Q has no single rival (a plain logit, or the mean of several classes).
    """

    position: int
    correct: str
    wrong: str | None
    value: float
    baseline_value: float

    @property
    def label(self) -> str:
        """Q in words."""
        return f"{self.correct} − {self.wrong}" if self.wrong is not None else self.correct


@dataclass(frozen=True)
class Pattern:
    """The pattern of one source word, at both levels; influences are signed, in logits.

    `nodes` holds L + 1 positions, `components` L entries, and each trail the influence after
    every refinement (L values, the last one being the pattern's own influence).
    `attention_candidates` has a row per step with the influence by skip and by every head, of
    which the chosen is one; it is not part of the JSON. Raises ExplainerError where the lengths
    do not belong together.
    """

    source: int
    token: str
    influence: float
    nodes: tuple[int, ...]
    embedding_influence: float
    embedding_trail: tuple[float, ...]
    components: tuple[Component, ...]
    attention_influence: float
    attention_trail: tuple[float, ...]
    attention_candidates: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        steps = len(self.components)
        if (
            len(self.nodes) != steps + 1
            or len(self.embedding_trail) != steps
            or len(self.attention_trail) != steps
            or len(self.attention_candidates) not in (0, steps)
        ):
            raise ExplainerError(
                f"The pattern has {len(self.nodes)} nodes, {steps} components and trails of "
                f"{len(self.embedding_trail)} and {len(self.attention_trail)}: give one node more "
                "than components, and a value in each trail for every component."
            )

    def value(self, level: Level) -> float:
        """The influence that the pattern carries at `level`, in logits."""
        if one_of("level", level, LEVELS) == "embedding":
            return self.embedding_influence
        return self.attention_influence

    def share(self, level: Level) -> float:
        """The part of the word's influence that its pattern carries, as a share of 1.

        0 where the word has none, as after merging pieces that cancel.
        """
        return self.value(level) / self.influence if self.influence else 0.0

    def edges(self, level: Level) -> tuple[Edge, ...]:
        """The L steps of the pattern, without components at the embedding level."""
        return steps(self.nodes, self.components if level == "attention" else None)

    def passes(self, place: Place, level: Level) -> bool:
        """Whether the pattern leads through a node or takes a step.

        At the embedding level, and for a step without a component, it does not matter by what.
        """
        if isinstance(place, Node):
            return 0 <= place.layer < len(self.nodes) and self.nodes[place.layer] == place.position
        if not 0 <= place.layer < len(self.components):
            return False
        step = self.edges("attention")[place.layer]
        by_any = level == "embedding" or place.component is None
        return step[:3] == place[:3] and (by_any or step.component == place.component)


def _check_finite(name: str, values: Sequence[float]) -> None:
    # Nothing is below a NaN. Spelt so that thousands of numbers take no time to speak of.
    if not all(map(LARGEST.__ge__, map(abs, values))):
        raise ExplainerError(
            f"The explanation's {name} has numbers that are not finite or too large to be logits: "
            "check the model's weights."
        )


@dataclass(frozen=True, eq=False)
class Explanation:
    """Everything that one sentence's explanation found, as plain values.

    `influence` has one integrated gradient per token, in logits; `completeness_gap` is
    Σ influence − (Q(x) − Q(b)), the error of the quadrature; `patterns` holds every word with
    influence, strongest first. `words` numbers the word of each token, with None for [CLS], [SEP]
    and masks; without it (in older files) words are told by the spelling of their pieces. Raises
    ExplainerError where an influence is not finite.
    """

    model: ModelInfo
    tokens: tuple[str, ...]
    target: Target
    settings: Settings
    influence: tuple[float, ...]
    completeness_gap: float
    patterns: tuple[Pattern, ...]
    flow: TotalFlow | None = None
    words: tuple[int | None, ...] | None = None

    def __post_init__(self) -> None:
        if len(self.tokens) != len(self.influence):
            raise ExplainerError(
                f"The explanation has {len(self.tokens)} tokens and {len(self.influence)} "
                "influences: give one influence for each token."
            )
        if self.words is not None and len(self.words) != len(self.tokens):
            raise ExplainerError(
                f"The explanation has {len(self.tokens)} tokens and words for {len(self.words)}: "
                "give a word's number, or None, for each token."
            )
        target = self.target
        _check_finite("target", (target.value, target.baseline_value, self.completeness_gap))
        _check_finite("influence", self.influence)
        for pattern in self.patterns:
            own = (pattern.influence, pattern.embedding_influence, pattern.attention_influence)
            _check_finite("pattern", (*own, *pattern.embedding_trail, *pattern.attention_trail))

    @property
    def gap_warning(self) -> str | None:
        """What to say where the completeness gap is over 5 % of Q(x) − Q(b); None elsewhere."""
        return gap_warning(self.completeness_gap, self.target.value - self.target.baseline_value)

    def drawn(self, minimum_share: float) -> tuple[Pattern, ...]:
        """Patterns of the words whose |g| is at least `minimum_share` of Σ|g|."""
        minimum_share = number("minimum share", minimum_share, 0, 1, "a share from 0 to 1")
        threshold = minimum_share * sum(abs(g) for g in self.influence)
        return tuple(p for p in self.patterns if abs(self.influence[p.source]) >= threshold)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract as plain Python values."""
        result: dict[str, Any] = {
            "schema": SCHEMA,
            "model": asdict(self.model),
            "tokens": list(self.tokens),
            "target": asdict(self.target),
            "settings": asdict(self.settings),
            "influence": list(self.influence),
            "completeness_gap": self.completeness_gap,
            "patterns": [
                {
                    key: list(value) if isinstance(value, tuple) else value
                    for key, value in asdict(pattern).items()
                    if key != "attention_candidates"
                }
                for pattern in self.patterns
            ],
        }
        if self.words is not None:
            result["words"] = list(self.words)
        if self.flow is not None:
            result["flow"] = {"skip": self.flow.skip.tolist(), "heads": self.flow.heads.tolist()}
        return result

    def to_json(self, indent: int | None = None) -> str:
        """The JSON contract as text."""
        try:
            return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            raise ExplainerError(
                "The explanation holds numbers that are not finite, which JSON cannot: check the "
                "model's weights."
            ) from error

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Explanation:
        """The inverse of `to_dict`; raises ExplainerError for a record that it did not write."""
        # A record is read by few, and what checks it knows this module.
        from explainer.results.restore import restored

        return restored(data)

    @classmethod
    def from_json(cls, text: str) -> Explanation:
        """The inverse of `to_json`; raises ExplainerError for a text that it did not write."""
        from explainer.results.restore import record_of

        return cls.from_dict(record_of(text))

    def to_networkx(self) -> nx.MultiDiGraph:
        """The patterns at the attention level as a graph.

        Nodes are (layer, position) with their `token`; each edge is keyed by its component and
        holds the summed `influence` of the patterns through it and their `sources`.
        """
        graph = nx.MultiDiGraph()
        for layer in range(self.model.layers + 1):
            for position, token in enumerate(self.tokens):
                graph.add_node((layer, position), token=token)
        for edge, patterns in self.by_edge("attention"):
            graph.add_edge(
                (edge.layer, edge.source),
                (edge.layer + 1, edge.target),
                key=edge.component,
                influence=sum(p.attention_influence for p in patterns),
                sources=tuple(p.source for p in patterns),
            )
        return graph

    def by_edge(self, level: Level) -> Iterator[tuple[Edge, tuple[Pattern, ...]]]:
        """Every edge that a pattern uses, in order of layer, with the patterns through it."""
        one_of("level", level, LEVELS)
        through: dict[Edge, list[Pattern]] = {}
        for pattern in self.patterns:
            for edge in pattern.edges(level):
                through.setdefault(edge, []).append(pattern)
        for edge in sorted(through, key=lambda e: (*e[:3], str(e.component))):
            yield edge, tuple(through[edge])

    def figure(self, level: Level = "attention", **options: Any) -> Any:
        """The pattern graph in Plotly; `options` as in `explainer.figures.pattern_graph`."""
        # Plotly is only loaded by those who draw.
        from explainer.figures import pattern_graph

        return pattern_graph(self, level=level, **options)
