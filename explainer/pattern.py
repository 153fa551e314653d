"""The result of an explanation: nodes, edges, patterns, total flow; as values, JSON and a graph.

Nothing here knows torch, a tokenizer or a page. Layers count hidden states: node (0, i) is the
embedding of token i and node (L, i) its last hidden state; block l carries H[l] to H[l+1].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from explainer.gap import gap_warning
from explainer.settings import Settings

SCHEMA = 1
Level = Literal["embedding", "attention"]
Skip = Literal["skip"]
SKIP: Skip = "skip"
Component = int | Skip
"""What carries one step: an attention head by its number, or the skip connection."""


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
    holds or not, or the `values` of a regression.
    """

    name: str
    task: Literal["masked-lm", "classification"]
    layers: int
    heads: int
    d_model: int
    head: Literal["choice", "labels", "values"] = "choice"


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
    which the chosen is one; it is not part of the JSON.
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

    def value(self, level: Level) -> float:
        """The influence that the pattern carries at `level`, in logits."""
        return self.embedding_influence if level == "embedding" else self.attention_influence

    def share(self, level: Level) -> float:
        """The part of the word's influence that its pattern carries, as a share of 1."""
        return self.value(level) / self.influence

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


@dataclass(frozen=True, eq=False)
class TotalFlow:
    """All influence by the edge and component it passes, in logits (every layer sums to Σ g).

    `skip[l, i]` stays at position i in block l; `heads[l, h, to, from]` moves through head h.
    """

    skip: NDArray[np.float64]
    heads: NDArray[np.float64]

    def layer_totals(self) -> NDArray[np.float64]:
        """Flow through each block [L]: conserved, so every entry is Σ g."""
        return np.asarray(self.skip.sum(axis=1) + self.heads.sum(axis=(1, 2, 3)))

    def skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the absolute flow of each block [L], as a share of 1 (0 if none)."""
        skip = np.abs(self.skip).sum(axis=1)
        total = skip + np.abs(self.heads).sum(axis=(1, 2, 3))
        return np.divide(skip, total, out=np.zeros_like(total), where=total > 0)

    def signed_skip_shares(self) -> NDArray[np.float64]:
        """Skip's share of the signed flow of each block [L]; beyond 0 … 1 where signs oppose."""
        total = self.layer_totals()
        return np.divide(self.skip.sum(axis=1), total, out=np.zeros_like(total), where=total != 0)


def _pattern(fields: dict[str, Any]) -> Pattern:
    """A pattern from its JSON, where tuples are lists."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
    }
    return Pattern(**values)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Everything that one sentence's explanation found, as plain values.

    `influence` has one integrated gradient per token, in logits; `completeness_gap` is
    Σ influence − (Q(x) − Q(b)), the error of the quadrature; `patterns` holds every word with
    influence, strongest first. `words` numbers the word of each token, with None for [CLS], [SEP]
    and masks; without it (in older files) words are told by the spelling of their pieces.
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

    @property
    def gap_warning(self) -> str | None:
        """What to say where the completeness gap is over 5 % of Q(x) − Q(b); None elsewhere."""
        return gap_warning(self.completeness_gap, self.target.value - self.target.baseline_value)

    def drawn(self, minimum_share: float) -> tuple[Pattern, ...]:
        """Patterns of the words whose |g| is at least `minimum_share` of Σ|g|."""
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
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Explanation:
        """The inverse of `to_dict`."""
        flow = data.get("flow")
        return cls(
            model=ModelInfo(**data["model"]),
            tokens=tuple(data["tokens"]),
            target=Target(**data["target"]),
            settings=Settings(**data["settings"]),
            influence=tuple(data["influence"]),
            completeness_gap=data["completeness_gap"],
            patterns=tuple(_pattern(fields) for fields in data["patterns"]),
            flow=flow and TotalFlow(np.asarray(flow["skip"]), np.asarray(flow["heads"])),
            words=tuple(data["words"]) if data.get("words") is not None else None,
        )

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
