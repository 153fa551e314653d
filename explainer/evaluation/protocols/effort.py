"""How long a protocol takes for a sentence on this machine, said before it begins."""

from __future__ import annotations

from explainer.evaluation.protocols.protocol import Protocol
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.results.settings import Settings


def protocol_estimate(
    model: Model, size: Size, protocol: Protocol, settings: Settings, budget: int
) -> Estimate:
    """What a protocol takes of a question of this size; `budget` is in bytes of memory.

    Raises ExplainerError where that is too small for the sentence.
    """
    return estimate(model, size, settings, budget, flow=True, times=protocol.times)
