"""Heads cut one by one along a sentence's patterns: what each cut does, and what was predicted.

Two kinds of cut on every step of a pattern, of every head there: what the head brings the next node
from the step's own token ("edge"), and all that it brings that node ("node").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.instead import Filling
from explainer.intervention.activations import Activations, of_sentence
from explainer.intervention.knock_out import Cut, knocked_out, messages, replaced_messages
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP
from explainer.results.total_flow import TotalFlow
from explainer.rivals.cuts import Places, alti_of_heads, gradient_change
from explainer.rivals.scored import Array
from explainer.rivals.words.observed import Observed

Kind = Literal["edge", "node"]
KINDS: tuple[Kind, ...] = ("edge", "node")
INFLUENCE, RANDOM = "influence", "random"
SIGNED = {
    INFLUENCE: "influence",
    "attribution-patching": "attribution patching",
    "attention-gradient": "attention × gradient",
}
UNSIGNED = {"attention": "attention weight", "alti": "ALTI, of the head alone", RANDOM: "random"}
PREDICTIONS = SIGNED | UNSIGNED
"""Whatever predicts what a cut does, and what it is called; those of `SIGNED` in Q's unit."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """The cuts of one kind, of which `own` [cut] are of a pattern's own head.

    `random` has one for each of these: any head at any node of its block.
    """

    kind: Kind
    cuts: tuple[Cut, ...]
    own: NDArray[np.bool_]
    random: tuple[Cut, ...]


@dataclass(frozen=True, eq=False)
class Effects:
    """What the cuts do to Q (what is lost, in its unit) with one filling, and what was predicted.

    `lost` [cut] goes with the cuts, `random` with their random ones; `predicted` has an array [cut]
    for each of `PREDICTIONS`.
    """

    lost: Array
    random: Array
    predicted: dict[str, Array]


def cuts_of(
    patterns: Sequence[Pattern], kind: Kind, heads: int, n: int, rng: np.random.Generator
) -> Cuts:
    """Every head on each step that a pattern takes, each once."""
    own = {
        Cut(edge.layer, int(edge.component), edge.target, edge.source if kind == "edge" else None)
        for pattern in patterns
        for edge in pattern.edges("attention")
        if edge.component not in (SKIP, None)
    }
    steps = sorted(
        {
            (edge.layer, edge.target, edge.source if kind == "edge" else None)
            for pattern in patterns
            for edge in pattern.edges("attention")
        },
        key=lambda step: tuple(-1 if part is None else part for part in step),
    )
    cuts = tuple(
        Cut(layer, head, target, source) for layer, target, source in steps for head in range(heads)
    )
    mine = np.array([cut in own for cut in cuts], dtype=bool)
    return Cuts(kind, cuts, mine, tuple(_random(cuts, mine, heads, n, rng)))


def _random(
    cuts: Sequence[Cut], own: NDArray[np.bool_], heads: int, n: int, rng: np.random.Generator
) -> Iterable[Cut]:
    """For each own cut another of its block; in the last, where only the target is read, at it."""
    last = max((cut.layer for cut in cuts), default=0)
    for cut, is_own in zip(cuts, own, strict=True):
        if is_own:
            head, target, source = (int(rng.integers(size)) for size in (heads, n, n))
            if cut.layer == last:
                target = cut.target
            yield Cut(cut.layer, head, target, None if cut.source is None else source)


def effects_of(asked: AskedCase, of: Cuts, fillings: Sequence[Filling]) -> dict[str, Effects]:
    """The effects of the cuts by the filling's name; ask where gradients are off."""
    model, sentence, quantity = asked.model, asked.sentence, asked.quantity
    own = of_sentence(model, sentence)
    at_targets = own.nodes[-1][list(quantity.positions)].unsqueeze(0)
    whole = float(quantity.readout.value(model.adapter, at_targets))
    scoring = asked.scoring()
    same = _predicted(asked, scoring.observed, own, of)
    found = {}
    for filling in fillings:
        every = [*of.cuts, *of.random]
        values = knocked_out(model, sentence, quantity, every, filling.activations)
        change = messages(own, of.cuts) - replaced_messages(own, filling.activations, of.cuts)
        patched = gradient_change(scoring.observed, _places(of.cuts, own), change)
        lost = whole - values
        predicted = same | {"attribution-patching": patched}
        found[filling.name] = Effects(lost[: len(of.cuts)], lost[len(of.cuts) :], predicted)
    return found


def _predicted(
    asked: AskedCase, observed: Observed, own: Activations, of: Cuts
) -> dict[str, Array]:
    """What is predicted whatever the filling."""
    flow, places = asked.explanation.flow, _places(of.cuts, own)
    assert flow is not None
    assert own.attention is not None
    brought = messages(own, of.cuts)
    attention = own.attention.double().cpu().numpy()
    return {
        INFLUENCE: influence_of(flow, of.cuts),
        "attention-gradient": gradient_change(observed, places, brought),
        "attention": np.array([_attended(attention, cut) for cut in of.cuts]),
        "alti": alti_of_heads(observed, places, brought),
        RANDOM: asked.rng(f"predicted {of.kind}").random(len(of.cuts)),
    }


def influence_of(flow: TotalFlow, cuts: Sequence[Cut]) -> Array:
    """All influence that goes where a cut is [cut], in Q's unit."""
    by_node = flow.heads.sum(axis=3, dtype=np.float64)
    return np.array(
        [
            by_node[cut.layer, cut.head, cut.target]
            if cut.source is None
            else flow.heads[cut.layer, cut.head, cut.target, cut.source]
            for cut in cuts
        ]
    )


def _attended(attention: Array, cut: Cut) -> float:
    """The weight of an edge; of a head at a node, that of the token it looks at most."""
    row = attention[cut.layer, cut.head, cut.target]
    return float(row.max() if cut.source is None else row[cut.source])


def _places(cuts: Sequence[Cut], own: Activations) -> Places:
    layer, head, target = torch.tensor([cut[:3] for cut in cuts], device=own.heads.device).unbind(1)
    return Places(layer, head, target)
