"""What is left of the answer when only the paths are kept, or when they are cut.

Faithfulness is (Q left − Q of the filling alone) / (Q − Q of the filling alone), as in circuit
analysis (Wang et al., 2023, arXiv 2211.00593): 1 where all of what the sentence does to the answer
is left, 0 where nothing is. More than 1 is no better: it is more than the sentence does. A
condition is `of` the strongest words whose patterns are kept: "3 words", "all words".

- `kept nodes`: only the hidden states on the paths are kept. All methods have as many nodes of
  every layer as the patterns of these words;
- `kept steps`: only the heads and skips of the paths are kept;
- `cut nodes`, `cut steps`: all but these are kept. Heads cut alone show what their choice is worth,
  for a cut skip stops whatever comes that way;
- `nodes`: how many nodes the patterns of so many words have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explainer.base.checkpoint import checkpoint
from explainer.base.numbers import counted
from explainer.evaluation.kept import kept_by_cells, kept_by_nodes, kept_by_routes, routes
from explainer.evaluation.methods import (
    METHODS,
    PATTERN,
    CellMethod,
    LayerMethod,
    PathMethod,
    Signals,
)
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.instead import Filling, fillings_of, shared_fillings
from explainer.evaluation.protocols.measurement import WHOLE, Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.sentence import signals_of
from explainer.influence.together import Asked
from explainer.intervention.ablate import Kept, Mode, ablated_values, keep_all
from explainer.models.model import Model
from explainer.results.pattern import Pattern
from explainer.results.route import Level

WORDS = (1, 2, 3, 5)
"""The strongest words whose patterns are kept, beside all."""
EVERY = "all words"
SAME = "random-shape"
NODES = (
    *(PATTERN, "conductance", "internal-influence", "rollout-nodes", "alti-nodes"),
    *("globenc-nodes", "value-zeroing-nodes", "random-nodes"),
)
"""Methods with equal nodes. Random paths of the same shape are none of them: words and target stay,
and what skips hold to them, so that most of their nodes are the patterns' own."""
STEPS = (PATTERN, SAME)
CUT = (
    *(PATTERN, SAME, "random-cells", "pattern-first-skips"),
    *("pattern-heads", "flow-heads", "node-heads", "random-heads"),
)
"""Methods with equal heads and skips, and then with equal heads."""
CLOSEST = 0.5
"""Where the filling alone is this near to Q, in its unit, there is next to nothing to be left."""


@dataclass(frozen=True, eq=False)
class Variant:
    """What one method keeps of the model, and what it is of."""

    method: str
    measure: str
    words: str
    kept: Kept


def measure_paths(asked: AskedCase) -> Iterator[Measurement]:
    """All measurements of one sentence."""
    explanation = asked.explanation
    question = Asked(asked.sentence, asked.quantity)
    signals = signals_of(asked.model, question, asked.trace, explanation, asked.rng("paths"))
    ranked = sorted(explanation.patterns, key=lambda p: -abs(p.influence))
    if not ranked:
        yield Measurement(PATTERN, "kept nodes", note="no word has a pattern")
        return
    chosen = {counted(k, "word"): ranked[:k] for k in WORDS if k < len(ranked)} | {EVERY: ranked}
    for words, patterns in chosen.items():
        nodes = {node for pattern in patterns for node in enumerate(pattern.nodes)}
        yield Measurement(WHOLE, "nodes", Condition(words), float(len(nodes)))
    variants = list(_variants(asked.model, signals, chosen))
    for filling in fillings_of(asked):
        checkpoint()
        yield from _left(asked, variants, filling)


def _left(asked: AskedCase, variants: Sequence[Variant], filling: Filling) -> Iterator[Measurement]:
    every = keep_all(asked.model, len(asked.sentence.tokens))
    nothing = replace(every, nodes=np.zeros_like(every.nodes))
    whole, alone, *left = ablated_values(
        asked.model,
        asked.sentence,
        asked.quantity,
        [every, nothing, *(variant.kept for variant in variants)],
        filling.activations,
    )
    why = "" if abs(whole - alone) > CLOSEST else "what stands elsewhere alone gives the answer"
    for variant, value in zip(variants, left, strict=True):
        condition = Condition(variant.words, filling.name)
        share = None if why else (value - alone) / (whole - alone)
        yield Measurement(variant.method, variant.measure, condition, share, why or filling.note)


def _variants(
    model: Model, signals: Signals, chosen: dict[str, list[Pattern]]
) -> Iterator[Variant]:
    for words, patterns in chosen.items():
        for name in NODES:
            yield Variant(name, "kept nodes", words, _nodes(model, signals, name, patterns, "keep"))
        for name in STEPS:
            kept = _on_ways(model, signals, name, patterns, "attention", "keep")
            yield Variant(name, "kept steps", words, kept)
    patterns = chosen[EVERY]
    for name in NODES:
        yield Variant(name, "cut nodes", EVERY, _nodes(model, signals, name, patterns, "remove"))
    for name in CUT:
        method = METHODS[name]
        kept = (
            kept_by_cells(model, signals, method, "all")
            if isinstance(method, CellMethod)
            else _on_ways(model, signals, name, patterns, "attention", "remove")
        )
        yield Variant(name, "cut steps", EVERY, kept)


def _nodes(
    model: Model, signals: Signals, name: str, patterns: Sequence[Pattern], mode: Mode
) -> Kept:
    method = METHODS[name]
    if isinstance(method, LayerMethod):
        return kept_by_nodes(model, signals, method, "all", mode, patterns)
    return _on_ways(model, signals, name, patterns, "embedding", mode)


def _on_ways(
    model: Model,
    signals: Signals,
    name: str,
    patterns: Sequence[Pattern],
    level: Level,
    mode: Mode,
) -> Kept:
    method = METHODS[name]
    assert isinstance(method, PathMethod)
    of_words = routes(method, signals)
    ways = [of_words[pattern.source] for pattern in patterns]
    return kept_by_routes(model, signals, ways, level, mode)


PATHS = Protocol(
    name="paths",
    label="Paths",
    asks="How much of the answer is left when only the paths are kept, and when they are cut?",
    refuted_by="Other nodes, or random paths of the same shape, that keep as much; other heads, as "
    "many in every block, whose cut costs as much.",
    favours="With a minimal pair elsewhere only what the changed words do counts, so that methods "
    "which give much to all other words lose by it. With the baseline elsewhere patterns and layer "
    "conductance, which take it as theirs, are favoured.",
    quantities={
        "kept nodes": Quantity(
            "faithfulness of the nodes kept",
            1.0,
            percent=True,
            claim="The patterns' nodes keep more of the answer than as many other ones",
            against=NODES[1:],
        ),
        "kept steps": Quantity(
            "faithfulness of the heads and skips kept",
            1.0,
            percent=True,
            claim="The patterns' heads and skips keep more of the answer than random paths of the "
            "same shape",
            against=(SAME,),
        ),
        "cut nodes": Quantity(
            "left without the nodes",
            0.0,
            percent=True,
            claim="Without the patterns' nodes less is left than without as many other ones",
            against=NODES[1:],
        ),
        "cut steps": Quantity(
            "left without the heads and skips",
            0.0,
            percent=True,
            claim="Without the patterns' heads less is left than without as many other ones",
            own="pattern-heads",
            against=("flow-heads", "node-heads", "random-heads"),
        ),
        "nodes": Quantity("nodes kept", None),
    },
    measure=measure_paths,
    own=PATTERN,
    labels={name: METHODS[name].label for name in dict.fromkeys((*NODES, *CUT))},
    prepare=shared_fillings,
    times=4.0,
)
