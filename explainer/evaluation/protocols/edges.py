"""Does an edge's influence predict what cutting it does? Every head on a pattern's steps, cut.

A condition is `of` a kind of cut.

- `rank correlation`, `linear correlation`: within a sentence, of a prediction's size with the size
  of what the cut does (Spearman's, Pearson's);
- `signed rank correlation`, `signed linear correlation`: the same with their signs;
- `sign`: of all cuts, those whose sign was predicted, and `own sign` of the patterns' own heads;
- `effect`: |Q lost|, mean of the cuts: of the patterns' own heads, of the other heads on the same
  steps, of random heads of the same blocks;
- `point influence`, `point effect`: some of the cuts one by one, drawn at random, for a scatter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from explainer.base.checkpoint import checkpoint
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import PAIR, Condition
from explainer.evaluation.protocols.cutting import (
    INFLUENCE,
    KINDS,
    PREDICTIONS,
    RANDOM,
    SIGNED,
    Cuts,
    Effects,
    cuts_of,
    effects_of,
)
from explainer.evaluation.protocols.instead import Filling, fillings_of, shared_fillings
from explainer.evaluation.protocols.measurement import Measurement
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.results.metrics import rank_correlation
from explainer.rivals.scored import Array

TOO_FEW = "too few cuts, or cuts that are all alike"
POINT_INFLUENCE, POINT_EFFECT = "point influence", "point effect"
POINTS = 20
"""Cuts of a sentence that are kept one by one."""
OWN, OTHER, ANY = "pattern-heads", "step-heads", "block-heads"
GROUPS = {
    OWN: "the patterns' own heads",
    OTHER: "the other heads on the same steps",
    ANY: "random heads of the same blocks",
}
"""Whose cuts `effect` is of."""


def measure_edges(asked: AskedCase) -> Iterator[Measurement]:
    """All measurements of one sentence."""
    explanation, fillings = asked.explanation, fillings_of(asked)
    heads, n = asked.model.info.heads, len(asked.sentence.tokens)
    for kind in KINDS:
        of = cuts_of(explanation.patterns, kind, heads, n, asked.rng(f"cuts {kind}"))
        effects = effects_of(asked, of, fillings) if of.cuts else {}
        for filling in fillings:
            checkpoint()
            if filling.name in effects:
                yield from _measured(of, effects[filling.name], filling)
            else:
                condition = Condition(kind, filling.name)
                yield Measurement(OWN, "effect", condition, None, "no word has a pattern")
        if effects:
            yield from _points(asked, of, effects[PAIR])


def _measured(of: Cuts, effects: Effects, filling: Filling) -> Iterator[Measurement]:
    condition, lost = Condition(of.kind, filling.name), effects.lost

    def found(method: str, measure: str, value: float) -> Measurement:
        if math.isnan(value):
            return Measurement(method, measure, condition, None, TOO_FEW)
        return Measurement(method, measure, condition, value, filling.note)

    for method, predicted in effects.predicted.items():
        size, done = np.abs(predicted), np.abs(lost)
        yield found(method, "rank correlation", rank_correlation(size, done))
        yield found(method, "linear correlation", correlation(size, done))
        if method in SIGNED:
            yield found(method, "signed rank correlation", rank_correlation(predicted, lost))
            yield found(method, "signed linear correlation", correlation(predicted, lost))
            yield found(method, "sign", same_sign(predicted, lost))
            yield found(method, "own sign", same_sign(predicted[of.own], lost[of.own]))
    for method, some in ((OWN, lost[of.own]), (OTHER, lost[~of.own]), (ANY, effects.random)):
        yield found(method, "effect", float(np.abs(some).mean()) if len(some) else math.nan)


def _points(asked: AskedCase, of: Cuts, effects: Effects) -> Iterator[Measurement]:
    rng = asked.rng(f"points {of.kind}")
    drawn = rng.choice(len(of.cuts), size=min(POINTS, len(of.cuts)), replace=False)
    for place in sorted(drawn.tolist()):
        layer, head, target, source = of.cuts[place]
        where = f"block {layer} head {head} node {target}"
        if source is not None:
            where += f" from {source}"
        method = OWN if of.own[place] else OTHER
        cut = Condition(of.kind, PAIR, where)
        influence = float(effects.predicted[INFLUENCE][place])
        yield Measurement(method, POINT_INFLUENCE, cut, influence)
        yield Measurement(method, POINT_EFFECT, cut, float(effects.lost[place]))


def correlation(one: Array, other: Array) -> float:
    """Pearson's; nan for fewer than three, or where either is the same everywhere."""
    a, b = one - one.mean(), other - other.mean()
    below = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip(a @ b / below, -1, 1)) if len(one) > 2 and below > 0 else math.nan


def same_sign(predicted: Array, lost: Array) -> float:
    """The share of those that do anything whose sign was predicted; nan where nothing does."""
    does: NDArray[np.bool_] = lost != 0
    return float((np.sign(predicted) == np.sign(lost))[does].mean()) if does.any() else math.nan


PREDICTS = "Influence predicts how much a cut does better than attention weights, or chance"
CHEAP = ("attention", RANDOM)
EDGES = Protocol(
    name="edges",
    label="Edges",
    asks="Does an edge's influence predict what cutting it does?",
    refuted_by="A rank correlation that is no larger than attention's or a random number's; other "
    "heads whose cut does as much.",
    favours="Attribution patching knows what comes in place of the cut; no other prediction does.",
    quantities={
        "rank correlation": Quantity(
            "rank correlation of sizes", "higher", claim=PREDICTS, against=CHEAP
        ),
        "linear correlation": Quantity(
            "linear correlation of sizes", "higher", claim=PREDICTS, against=CHEAP
        ),
        "signed rank correlation": Quantity("rank correlation with sign", "higher"),
        "signed linear correlation": Quantity("linear correlation with sign", "higher"),
        "sign": Quantity("sign predicted", "higher", percent=True),
        "own sign": Quantity("sign predicted, patterns' own heads", "higher", percent=True),
        "effect": Quantity(
            "|Q lost|",
            "higher",
            in_unit=True,
            claim="Cutting a pattern's own head does more than cutting another one",
            own=OWN,
            against=(OTHER, ANY),
        ),
        POINT_INFLUENCE: Quantity("influence", None, in_unit=True, averaged=False),
        POINT_EFFECT: Quantity("Q lost", None, in_unit=True, averaged=False),
    },
    measure=measure_edges,
    prepare=shared_fillings,
    own=INFLUENCE,
    labels=PREDICTIONS | GROUPS,
    times=15.0,
)
