"""What a protocol measures of a sentence, one turn for each."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from explainer import ExplainerError
from explainer.app.compute.bounds import allowed
from explainer.app.compute.request import Reading
from explainer.app.compute.server import on
from explainer.app.compute.waiting import RUN
from explainer.app.work.limits import budget
from explainer.app.work.loader import Loaded
from explainer.evaluation.line import left_out
from explainer.evaluation.protocols.effort import protocol_estimate
from explainer.evaluation.protocols.run import measured, prepared
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.evaluation.question import read_case
from explainer.influence.effort.estimate import Estimate
from explainer.influence.effort.size import Size
from explainer.models.model import Model
from explainer.results.settings import Settings
from explainer.tasks import Case

SEED = 0


def sentence_effort(model: Model, case: Case, name: str, settings: Settings) -> Estimate:
    """What the protocol `name` takes of a sentence; raises ExplainerError for too much."""
    size = Size.of(*read_case(model, case))

    def effort(of: Settings) -> Estimate:
        return protocol_estimate(model, size, PROTOCOLS[name], of, budget())

    return allowed(effort, settings)


def protocol_line(
    source: Reading, case: Case, number: int, name: str, settings: Settings
) -> dict[str, Any]:
    """The line of a sentence under the protocol `name`, which says why where it is left out.

    Raises ExplainerError where there is no model or no turn.
    """
    work = partial(_line, case, number, name, settings)
    return on(
        source.model,
        work,
        kind="protocol_sentence",
        asked=source.version,
        question=RUN,
        has_bar=True,
    )


def _line(case: Case, number: int, name: str, settings: Settings, loaded: Loaded) -> dict[str, Any]:
    def made() -> Any:
        return _prepared(loaded, name, settings)

    try:
        sentence_effort(loaded.model, case, name, settings)
        protocol = PROTOCOLS[name]
        found = measured(protocol, loaded.model, case, number, settings, SEED, budget(), made)
    except ExplainerError as error:
        return left_out(case, number, error)
    return found.to_dict()


@lru_cache(maxsize=1)  # models with other weights are large
def _prepared(loaded: Loaded, name: str, settings: Settings) -> Any:
    """What a protocol prepares once for all sentences of a run."""
    return prepared(PROTOCOLS[name], loaded.model, settings, SEED)
