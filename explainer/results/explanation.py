"""The result of an explanation: patterns and total flow; as values, JSON and a graph.

Nothing here knows torch, a tokenizer or a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import networkx as nx

from explainer.base.checks import keys, number, one_of, text, whole
from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted, percent
from explainer.base.quote import listed, shown
from explainer.results.gap import gap_warning
from explainer.results.logits import check_finite
from explainer.results.model_info import ModelInfo
from explainer.results.pattern import Pattern
from explainer.results.reduced import Reduced
from explainer.results.route import LEVELS, SKIP, Edge, Level
from explainer.results.settings import Settings
from explainer.results.target import Target
from explainer.results.texts import Texts, check_texts
from explainer.results.total_flow import TotalFlow

SCHEMA = 3
"""Of what is written: since 2 a pattern says how its heads carry it, by value, key and query."""
BESIDE = ("scores", "stability")
"""What a file may have beside the explanation: it is no part of it; `Beside` reads it back."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """Everything that one sentence's explanation found, as plain values.

    `influence` has one integrated gradient per token, in logits; `completeness_gap` is
    Σ influence − (Q(x) − Q(b)), the error of the quadrature, and `points_used` how many points it
    took (an adaptive rule may need fewer than its settings allow); `patterns` holds every word with
    influence, or of more words the `strongest` so many, in this order. `words` numbers the word of
    each token, with None for [CLS], [SEP] and masks; without it (in older files) words are told by
    the spelling of their pieces. `texts` numbers the text of each token, 0 or 1, where two were
    read together (None for [CLS] and [SEP]); it is None where there was one. `reduced` tells a
    precision that is not full. Raises ExplainerError where an influence is not finite, and where
    the parts are not of one sentence and one model.
    """

    model: ModelInfo
    tokens: tuple[str, ...]
    target: Target
    settings: Settings
    influence: tuple[float, ...]
    completeness_gap: float
    points_used: int
    patterns: tuple[Pattern, ...]
    flow: TotalFlow | None = None
    words: tuple[int | None, ...] | None = None
    reduced: Reduced | None = None
    strongest: int | None = None
    texts: Texts | None = None

    def __post_init__(self) -> None:
        if not self.tokens:
            raise ExplainerError("The explanation has no tokens: give those of the sentence.")
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
        if self.texts is not None:
            check_texts(self.texts, len(self.tokens))
        whole("target's last position", self.target.positions[-1], 0, len(self.tokens) - 1)
        check_finite("completeness gap", (self.completeness_gap,))
        check_finite("influence", self.influence)
        whole("number of points used", self.points_used, 1)
        for pattern in self.patterns:
            self._check(pattern)
        self._check_strongest()
        if self.flow is not None:
            self.flow.check_sizes(self.model.layers, self.model.heads, len(self.tokens))

    def _check(self, pattern: Pattern) -> None:
        """Refuse a pattern that is of another model or sentence."""
        own = (pattern.influence, pattern.embedding_influence, pattern.attention_influence)
        check_finite("pattern", (*own, *pattern.embedding_trail, *pattern.attention_trail))
        for part in pattern.attention_parts:
            check_finite("pattern", part or ())
        heads = [component for component in pattern.components if component != SKIP]
        fits = (
            len(pattern.components) == self.model.layers
            and pattern.nodes[-1] in self.target.positions
            and max(pattern.nodes) < len(self.tokens)
            and max(heads, default=0) < self.model.heads
            and {len(row) for row in pattern.attention_candidates} <= {1 + self.model.heads}
        )
        if not fits:
            ends = listed(self.target.positions)
            raise ExplainerError(
                f"The pattern of {shown(pattern.token)} does not fit: give {self.model.layers + 1} "
                f"nodes of {len(self.tokens)} tokens, the last of them {ends}, and "
                f"components, and candidates if any, of {self.model.heads} heads or 'skip'."
            )

    def _check_strongest(self) -> None:
        """Refuse a number of strongest words that is not that of the words with a pattern."""
        if self.strongest is None:
            return
        whole("number of strongest words", self.strongest, 1)
        followed = len({pattern.source for pattern in self.patterns})
        if followed != self.strongest or not self.not_followed:
            raise ExplainerError(
                f"The explanation has patterns of {counted(followed, 'word')} of "
                f"{followed + len(self.not_followed)} with influence, but {self.strongest} "
                "strongest ones: give their number, or None where each has one."
            )

    @property
    def asked(self) -> str:
        """Q in words: of a class without a rival, less the mean of all others, whose names it does
        not have."""
        info, target = self.model, self.target
        against_all = info.head == "choice" and info.task in ("classification", "tagging")
        if target.wrong is None and against_all:
            return f"{target.label} − mean of the others"
        return target.label

    @property
    def not_followed(self) -> tuple[int, ...]:
        """The positions of words with influence and without a pattern, in the sentence's order."""
        followed = {pattern.source for pattern in self.patterns}
        return tuple(i for i, g in enumerate(self.influence) if g and i not in followed)

    @property
    def strongest_note(self) -> str | None:
        """What to say where only the strongest words have a pattern; None elsewhere."""
        if self.strongest is None:
            return None
        left = self.not_followed
        every = sum(map(abs, self.influence))
        share = 1 - sum(abs(self.influence[i]) for i in left) / every
        which = "word" if self.strongest == 1 else f"{self.strongest}"
        verb, pronoun = ("was", "it holds") if self.strongest == 1 else ("were", "they hold")
        return (
            f"The strongest {which} of {self.strongest + len(left)} words {verb} followed; "
            f"{pronoun} {percent(share)} of all influence Σ|g|."
        )

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
            "target": self.target.to_dict(),
            "settings": asdict(self.settings),
            "influence": list(self.influence),
            "completeness_gap": self.completeness_gap,
            "points_used": self.points_used,
            "patterns": [pattern.to_dict() for pattern in self.patterns],
        }
        if self.words is not None:
            result["words"] = list(self.words)
        if self.texts is not None:
            result["texts"] = list(self.texts)
        if self.strongest is not None:
            result["strongest"] = self.strongest
        if self.reduced is not None:
            result["reduced"] = asdict(self.reduced)
        if self.flow is not None:
            result["flow"] = {"skip": self.flow.skip.tolist(), "heads": self.flow.heads.tolist()}
        return result

    def to_json(self, indent: int | None = None, *, beside: Mapping[str, Any] | None = None) -> str:
        """The JSON contract as text; with what stands `beside` it, of those in `BESIDE`."""
        record = self.to_dict() | keys("argument beside", dict(beside or {}), (), BESIDE)
        try:
            return json.dumps(record, indent=indent, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            raise ExplainerError(
                "The explanation holds numbers that are not finite, which JSON cannot: check the "
                "model's weights."
            ) from error

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Explanation:
        """The inverse of `to_dict`; raises ExplainerError for a record that it did not write."""
        # A record is read by few, and what checks it knows this module.
        from explainer.results.reading.record import restored

        return restored(data)

    @classmethod
    def from_json(cls, text: str) -> Explanation:
        """The inverse of `to_json`; raises ExplainerError for a text that it did not write."""
        from explainer.results.reading.record import record_of

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

    def figure(self, level: Level = "attention", **choices: Any) -> Any:
        """The pattern graph in Plotly; `choices` are those of an `explainer.figures.View`.

        Raises ExplainerError for a choice that does not exist or does not fit the explanation.
        """
        # Plotly is only loaded by those who draw.
        from explainer.figures import pattern_graph, view_of

        return pattern_graph(self, view_of(level=level, **choices))

    def save(self, file: str | Path, **choices: Any) -> None:
        """Write to `file` as its ending says: the record (`.json`), or the graph (`.svg`, …).

        There are `.json`, `.svg`, `.pdf` (which needs the extra 'pdf') and `.html`; `choices` are
        those of an `explainer.figures.View`. Raises ExplainerError for another ending, a choice
        that there is not, and a file that cannot be written.
        """
        from explainer.figures import save, view_of

        place = file if isinstance(file, Path) else Path(text("file", file))
        save(self, place, view_of(**choices))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What Jupyter and marimo show of it: the graph, as `figure` draws it without choices."""
        from explainer.figures import mime_bundle

        return mime_bundle(self)
