"""What a method keeps of the model: as its paths, nodes or cells say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from explainer.base.checkpoint import checkpoint
from explainer.evaluation.controls import cells_of
from explainer.evaluation.methods import CellMethod, LayerMethod, PathMethod, Selection, Signals
from explainer.intervention.ablate import Kept, Mode, keep_all, keep_only, remove
from explainer.models.model import Model
from explainer.results.pattern import Pattern
from explainer.results.route import Level, Route
from explainer.rivals import strongest_nodes


def selected(patterns: Sequence[Pattern], words: Selection) -> tuple[Pattern, ...]:
    """All patterns, or those of the words that pull towards the right answer."""
    return tuple(p for p in patterns if words == "all" or p.influence > 0)


def routes(method: PathMethod, signals: Signals) -> dict[int, Route]:
    """The method's path for every word that has a pattern, by the word's position."""
    chosen = {}
    for pattern in signals.explanation.patterns:
        checkpoint()
        chosen[pattern.source] = method.choose(signals, pattern)
    return chosen


def kept_by_routes(
    model: Model, signals: Signals, chosen: Sequence[Route], level: Level, mode: Mode
) -> Kept:
    """Only the routes, or all but them."""
    cut = keep_only if mode == "keep" else remove
    return cut(model, len(signals.explanation.tokens), chosen, level)


def kept_by_nodes(
    model: Model,
    signals: Signals,
    method: LayerMethod,
    words: Selection,
    mode: Mode,
    patterns: Sequence[Pattern] | None = None,
) -> Kept:
    """Only the strongest nodes, or all but them; as many in each layer as the patterns have.

    Among all words the strongest by size count, among the positive ones those that pull towards
    the right answer most, as for patterns. `patterns` are those to count instead of all of these
    words'.
    """
    explanation, scores = signals.explanation, method.scores(signals)
    if patterns is None:
        patterns = selected(explanation.patterns, words)
    counts = [len({p.nodes[layer] for p in patterns}) for layer in range(len(scores) - 1)]
    ranked = np.abs(scores) if words == "all" else scores
    nodes = np.zeros(scores.shape, dtype=bool)
    for layer, positions in enumerate(strongest_nodes(ranked[:-1], counts)):
        nodes[layer, list(positions)] = True
    if mode == "keep":
        nodes[-1, list(explanation.target.positions)] = True
    else:
        nodes = ~nodes
    return replace(keep_all(model, len(explanation.tokens)), nodes=nodes)


def kept_by_cells(model: Model, signals: Signals, method: CellMethod, words: Selection) -> Kept:
    """All but the heads and skips that the method names beside the patterns'."""
    explanation = signals.explanation
    whole = keep_all(model, len(explanation.tokens))
    layers, heads, n_tokens = whole.heads.shape
    patterns = selected(explanation.patterns, words)
    own = cells_of(patterns, layers=layers, heads=heads, n_tokens=n_tokens)
    cut = method.choose(signals, own, words)
    return replace(whole, heads=~cut.heads, skip=~cut.skip)
