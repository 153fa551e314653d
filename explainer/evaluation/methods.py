"""The pattern and its rivals side by side: what each keeps of the model for the same words.

A path method names one path for every word that has a pattern; a layer method names as many nodes
of every layer as the patterns have. So all of them keep the same number of paths or of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Literal

import numpy as np

from explainer.ablation import Kept, Mode, Route, keep_all, keep_only, remove
from explainer.checkpoint import checkpoint
from explainer.comparisons import (
    Path,
    attention_flow,
    attention_path,
    heads_for_skip,
    random_path,
    rollout_path,
    skip_for_heads,
    strongest_nodes,
)
from explainer.comparisons.path import Array
from explainer.errors import ExplainerError
from explainer.models.model import Model
from explainer.pattern import Explanation, Level, Pattern

Words = Literal["all", "positive"]
SELECTIONS: tuple[Words, ...] = ("all", "positive")
MODES: tuple[Mode, ...] = ("keep", "remove")
BEAM = 10


@dataclass(frozen=True, eq=False)
class Findings:
    """What methods choose from, for one sentence.

    `attention` [L, head, to, from]; `conductance` and `internal` [L + 1, pos] in logits; `rng`
    draws random paths.
    """

    explanation: Explanation
    attention: Array
    conductance: Array
    internal: Array
    rng: np.random.Generator


@dataclass(frozen=True)
class PathMethod:
    """Names a path for each word; at the attention level with its components."""

    name: str
    label: str
    levels: tuple[Level, ...]
    choose: Callable[[Findings, Pattern], Route]


@dataclass(frozen=True)
class LayerMethod:
    """Names the strongest nodes of every layer, whatever word they come from."""

    name: str
    label: str
    levels: tuple[Level, ...]
    scores: Callable[[Findings], Array]


Method = PathMethod | LayerMethod


def _attention(findings: Findings, pattern: Pattern, **how: object) -> Path:
    target = findings.explanation.target.position
    return attention_path(findings.attention, pattern.source, target, **how)  # type: ignore[arg-type]


def _rollout(findings: Findings, pattern: Pattern) -> Path:
    return rollout_path(findings.attention, pattern.source, findings.explanation.target.position)


def _flow(findings: Findings, pattern: Pattern) -> Path:
    return attention_flow(findings.attention, pattern.source, findings.explanation.target.position)


def _random(findings: Findings, pattern: Pattern) -> Path:
    explanation = findings.explanation
    return random_path(
        findings.rng,
        pattern.source,
        explanation.target.position,
        layers=explanation.model.layers,
        heads=explanation.model.heads,
        n_tokens=len(explanation.tokens),
    )


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
    PathMethod("random", "random paths", BOTH, _random),
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
    "random",
)


def check_methods(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once and in the order of `METHODS`; raises ExplainerError for others."""
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        came = ", ".join(map(repr, unknown)) or "nothing"
        raise ExplainerError(f"The methods are {came}: choose from {', '.join(METHODS)}.")
    return tuple(name for name in METHODS if name in names)


def selected(patterns: Sequence[Pattern], words: Words) -> tuple[Pattern, ...]:
    """All patterns, or those of the words that pull towards the right answer."""
    return tuple(p for p in patterns if words == "all" or p.influence > 0)


def routes(method: PathMethod, findings: Findings) -> dict[int, Route]:
    """The method's path for every word that has a pattern, by the word's position."""
    chosen = {}
    for pattern in findings.explanation.patterns:
        checkpoint()
        chosen[pattern.source] = method.choose(findings, pattern)
    return chosen


def kept_by_routes(
    model: Model, findings: Findings, chosen: Sequence[Route], level: Level, mode: Mode
) -> Kept:
    """Only the routes, or all but them."""
    cut = keep_only if mode == "keep" else remove
    return cut(model, len(findings.explanation.tokens), chosen, level)


def kept_by_nodes(
    model: Model, findings: Findings, method: LayerMethod, words: Words, mode: Mode
) -> Kept:
    """Only the strongest nodes, or all but them; as many in each layer as the patterns have.

    Among all words the strongest by size count, among the positive ones those that pull towards
    the right answer most, as for patterns.
    """
    explanation, scores = findings.explanation, method.scores(findings)
    patterns = selected(explanation.patterns, words)
    counts = [len({p.nodes[layer] for p in patterns}) for layer in range(len(scores) - 1)]
    ranked = np.abs(scores) if words == "all" else scores
    nodes = np.zeros(scores.shape, dtype=bool)
    for layer, positions in enumerate(strongest_nodes(ranked[:-1], counts)):
        nodes[layer, list(positions)] = True
    if mode == "keep":
        nodes[-1, explanation.target.position] = True
    else:
        nodes = ~nodes
    return replace(keep_all(model, len(explanation.tokens)), nodes=nodes)
