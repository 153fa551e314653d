"""The pattern and its rivals side by side: what each keeps of the model for the same words.

A path method names one path for every word that has a pattern; a layer method names as many nodes
of every layer as the patterns have. So all of them keep the same number of paths or of nodes, but
equal numbers of paths need not have equal numbers of nodes. A cell method names heads and skips
by themselves, to be cut: parts of the patterns, and controls with as many in every block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import Literal

import numpy as np

from explainer.base.checks import items
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, shown
from explainer.evaluation.controls import (
    Cells,
    first_skips,
    heads_at_same_nodes,
    only_heads,
    random_cells,
    random_heads,
    strongest_heads,
)
from explainer.intervention.ablate import Mode
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.route import Level, Route
from explainer.rivals import (
    FlowNetwork,
    ScoredRoute,
    attention_path,
    heads_for_skip,
    random_path,
    rolled_to,
    rollout_path,
    rollout_to,
    same_shape,
    skip_for_heads,
)
from explainer.rivals.scored import Array
from explainer.rivals.words import Matrices, Observed, strongest_path

Selection = Literal["all", "positive"]
SELECTIONS: tuple[Selection, ...] = ("all", "positive")
MODES: tuple[Mode, ...] = ("keep", "remove")
BEAM = 10


@dataclass(frozen=True, eq=False)
class Signals:
    """What methods choose from, for one sentence.

    `attention` [L, head, to, from]; `conductance` and `internal` [L + 1, pos] in Q's unit; `rng`
    draws random paths. `observed` makes the forward pass that methods with a matrix for every block
    see.
    """

    explanation: Explanation
    attention: Array
    conductance: Array
    internal: Array
    rng: np.random.Generator
    observed: Callable[[], Observed]

    @cached_property
    def matrices(self) -> Matrices:
        """The matrices [L, to, from] of `MATRICES`, each computed when it is first asked for."""
        return Matrices(self.observed())

    @cached_property
    def network(self) -> FlowNetwork:
        """Attention as capacities, made for all words when the first asks."""
        return FlowNetwork(self.attention)

    @cached_property
    def doubles(self) -> dict[int, Route]:
        """Of every word's pattern a random double, all of them of the patterns' shape."""
        patterns, model = self.explanation.patterns, self.explanation.model
        (rng,) = self.rng.spawn(1)  # what others draw does not depend on it
        n_tokens = len(self.explanation.tokens)
        found = same_shape(rng, patterns, heads=model.heads, n_tokens=n_tokens)
        return {pattern.source: way for pattern, way in zip(patterns, found, strict=True)}


@dataclass(frozen=True)
class PathMethod:
    """Names a path for each word; at the attention level with its components."""

    name: str
    label: str
    levels: tuple[Level, ...]
    choose: Callable[[Signals, Pattern], Route]
    modes: tuple[Mode, ...] = MODES


@dataclass(frozen=True)
class LayerMethod:
    """Names the strongest nodes of every layer, whatever word they come from."""

    name: str
    label: str
    levels: tuple[Level, ...]
    scores: Callable[[Signals], Array]
    modes: tuple[Mode, ...] = MODES


@dataclass(frozen=True)
class CellMethod:
    """Names heads and skips to be cut, given those of the chosen patterns."""

    name: str
    label: str
    choose: Callable[[Signals, Cells, Selection], Cells]
    levels: tuple[Level, ...] = ("attention",)
    modes: tuple[Mode, ...] = ("remove",)


Method = PathMethod | LayerMethod | CellMethod


def _attention(signals: Signals, pattern: Pattern, **how: object) -> ScoredRoute:
    target = pattern.nodes[-1]
    return attention_path(signals.attention, pattern.source, target, **how)  # type: ignore[arg-type]


def _rollout(signals: Signals, pattern: Pattern) -> ScoredRoute:
    return rollout_path(signals.attention, pattern.source, pattern.nodes[-1])


def _flow(signals: Signals, pattern: Pattern) -> ScoredRoute:
    return signals.network.path(pattern.source, pattern.nodes[-1])


def _matrix(signals: Signals, pattern: Pattern, name: str) -> ScoredRoute:
    return strongest_path(signals.matrices[name], pattern.source, pattern.nodes[-1])


def _matrix_nodes(signals: Signals, name: str) -> Array:
    """How much of the target comes through every node [L + 1, pos], as a share of 1."""
    return rolled_to(signals.matrices[name], signals.explanation.target.positions)


def _random(signals: Signals, pattern: Pattern) -> ScoredRoute:
    explanation = signals.explanation
    return random_path(
        signals.rng,
        pattern.source,
        pattern.nodes[-1],
        layers=explanation.model.layers,
        heads=explanation.model.heads,
        n_tokens=len(explanation.tokens),
    )


def _rollout_nodes(signals: Signals) -> Array:
    """How much of the target's rollout comes through every node [L + 1, pos], as a share of 1."""
    return rollout_to(signals.attention, signals.explanation.target.positions)


def _strongest_heads(signals: Signals, cells: Cells, words: Selection) -> Cells:
    """Among all words the largest flow by size counts, among the positive ones by its sign."""
    flow = signals.explanation.flow
    assert flow is not None
    into = flow.heads.sum(axis=3, dtype=np.float64)  # [L, head, to]
    return strongest_heads(cells, np.abs(into) if words == "all" else into)


BOTH: tuple[Level, ...] = ("embedding", "attention")
NODES: tuple[Level, ...] = ("embedding",)
STEPS: tuple[Level, ...] = ("attention",)


def _attention_methods() -> list[PathMethod]:
    """Greedy, beam and best path, by the largest or the mean attention of the heads, with and
    without the residual connection."""
    return [
        PathMethod(
            name=f"attention-{search}-{reduce}{'-residual' if residual else ''}",
            label=f"attention, {search} ({reduce}{', residual' if residual else ''})",
            levels=BOTH,
            choose=partial(_attention, beam=beam, reduce=reduce, residual=residual),
        )
        for (search, beam), reduce, residual in product(
            (("greedy", 1), ("beam", BEAM), ("best", None)), ("max", "mean"), (False, True)
        )
    ]


def _matrix_methods() -> list[Method]:
    """The path whose product of shares is largest, and as many nodes as the patterns have."""
    labels = {"alti": "ALTI", "globenc": "GlobEnc", "value-zeroing": "Value Zeroing"}
    paths = [
        PathMethod(name, f"{label}, best path", NODES, partial(_matrix, name=name))
        for name, label in labels.items()
    ]
    nodes = [
        LayerMethod(
            f"{name}-nodes", f"{label}, equal nodes", NODES, partial(_matrix_nodes, name=name)
        )
        for name, label in labels.items()
    ]
    return [*paths, *nodes]


PATTERN = "pattern"
_ALL: tuple[Method, ...] = (
    PathMethod(PATTERN, "influence pattern", BOTH, lambda _, pattern: pattern),
    PathMethod("repl-skip", "pattern, skip for heads", STEPS, lambda _, p: skip_for_heads(p)),
    PathMethod("repl-attn", "pattern, heads for skip", STEPS, lambda _, p: heads_for_skip(p)),
    *_attention_methods(),
    PathMethod("rollout", "attention rollout", NODES, _rollout),
    PathMethod("attention-flow", "attention flow", NODES, _flow),
    LayerMethod("conductance", "layer conductance", NODES, lambda f: f.conductance),
    LayerMethod("internal-influence", "internal influence", NODES, lambda f: f.internal),
    LayerMethod("rollout-nodes", "attention rollout, equal nodes", NODES, _rollout_nodes),
    *_matrix_methods(),
    PathMethod("random", "random paths", BOTH, _random),
    PathMethod(
        "random-shape",
        "random paths of the same shape",
        STEPS,  # nine of ten of their nodes are the patterns' own: of nodes they say nothing
        lambda f, pattern: f.doubles[pattern.source],
    ),
    LayerMethod("random-nodes", "random nodes", NODES, lambda f: f.rng.random(f.internal.shape)),
    CellMethod("pattern-heads", "pattern heads alone", lambda _, own, __: only_heads(own)),
    CellMethod("flow-heads", "heads of largest flow", _strongest_heads),
    CellMethod(
        "node-heads",
        "random heads at same nodes",
        lambda f, own, _: heads_at_same_nodes(own, f.rng),
    ),
    CellMethod("random-heads", "random heads", lambda f, own, _: random_heads(own, f.rng)),
    CellMethod(
        "pattern-first-skips",
        "pattern skips of block 0",
        lambda _, own, __: first_skips(own),
    ),
    CellMethod(
        "random-cells", "random heads and skips", lambda f, own, _: random_cells(own, f.rng)
    ),
)
METHODS: dict[str, Method] = {method.name: method for method in _ALL}
DEFAULT_METHODS = (
    PATTERN,
    "repl-skip",
    "repl-attn",
    "attention-greedy-max",
    "attention-best-mean-residual",
    "rollout",
    "attention-flow",
    "conductance",
    "internal-influence",
    "rollout-nodes",
    "random",
    "random-nodes",
    "pattern-heads",
    "flow-heads",
    "node-heads",
    "random-heads",
    "pattern-first-skips",
    "random-cells",
)


def check_methods(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once and in the order of `METHODS`; raises ExplainerError for others."""
    chosen = items("methods", names, "a list of names")
    unknown = [shown(name) for name in chosen if not isinstance(name, str) or name not in METHODS]
    if unknown or not chosen:
        came = listed(unknown) if unknown else "nothing"
        raise ExplainerError(
            f"The methods are {came}: choose from {listed(DEFAULT_METHODS)}, or from the others "
            "that evaluate --list names."
        )
    return tuple(name for name in METHODS if name in names)
