"""What stands in place of what a protocol cuts, the fairest first.

The other sentence of the minimal pair gives activations that the model knows (resample ablation);
the mean over reference sentences, the baseline's and zero lie further and further off the data.
"""

from __future__ import annotations

from typing import NamedTuple

from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.condition import PAIR
from explainer.intervention.activations import Activations, of_sentence
from explainer.intervention.filling import REPLACEMENTS, Replacement, fill, shared_fill
from explainer.models.model import Model
from explainer.results.settings import Settings

Shared = dict[Replacement, Activations]


class Filling(NamedTuple):
    """Activations that take the place of others, and a note where they are not what was asked."""

    name: str
    activations: Activations
    note: str = ""


def shared_fillings(model: Model, _settings: Settings, _seed: int) -> Shared:
    """What is the same for all sentences."""
    found = {name: shared_fill(model, name) for name in REPLACEMENTS}
    return {name: filling for name, filling in found.items() if filling is not None}


def fillings_of(asked: AskedCase) -> tuple[Filling, ...]:
    """The pair's, then one for each of `REPLACEMENTS`; without a pair the mean stands for it, and
    it is said."""
    shared: Shared = asked.shared
    others = {
        name: shared.get(name) or fill(asked.model, asked.sentence, name, asked.settings)
        for name in REPLACEMENTS
    }
    pair = asked.pair
    if isinstance(pair, str):
        first = Filling(PAIR, others["mean"], f"the mean stands for the minimal pair: {pair}")
    else:
        first = Filling(PAIR, of_sentence(asked.model, pair))
    return (first, *(Filling(name, filling) for name, filling in others.items()))
