"""What the corpus page asks: a row after the other, and what is known of many together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from explainer import CommonPattern, ExplainerError, Settings
from explainer.app.compute.bounds import check_effort
from explainer.app.compute.request import Reading, Request
from explainer.app.compute.server import on
from explainer.app.compute.waiting import RUN
from explainer.app.work.kept import made_once
from explainer.app.work.limits import budget
from explainer.app.work.loader import Loaded
from explainer.corpus.along import Taking, taking
from explainer.corpus.common import Chosen, common_of, groups_of
from explainer.corpus.results import Readable
from explainer.corpus.row import Row
from explainer.corpus.tables import Records, error_of, records_of
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model
from explainer.results.route import Edge


@dataclass(frozen=True)
class Sentences:
    """Sentences that are `found`, and a name that tells them from all others."""

    name: tuple[str, ...]
    found: Readable = field(compare=False)


def row_effort(model: Model, row: Row, settings: Settings) -> Estimate:
    """What it takes to explain a row; raises ExplainerError for too much, and for a row that the
    model cannot read."""
    asked = row.question()
    assert asked.contrast is not None
    request = Request(model.info.name, asked.text, asked.contrast, settings, pair=asked.pair)
    return check_effort(model, request, settings)


def row_records(model: Reading, row: Row, settings: Settings) -> Records:
    """What a run's tables hold of a row; in its errors, why, where it cannot be explained.

    Not kept: a run has its own. Raises ExplainerError where there is no model or no turn, and
    CancelledError where the run was cancelled while it waited.
    """

    work = partial(_records, row, settings)
    return on(model.model, work, kind="corpus_row", asked=model.version, question=RUN, has_bar=True)


def _records(row: Row, settings: Settings, loaded: Loaded) -> Records:
    try:
        row_effort(loaded.model, row, settings)
    except ExplainerError as error:
        return {"sentences": [], "patterns": [], "errors": [error_of(row, error)]}
    return records_of(loaded.model, [row], settings, None, budget())


@made_once
def common(sentences: Sentences, chosen: Chosen) -> CommonPattern:
    """What they have in common; raises ExplainerError where there is none of the choice."""
    return common_of(sentences.found, chosen)


@made_once
def groups(sentences: Sentences) -> tuple[str, ...]:
    """Their groups, in the input's order."""
    return groups_of(sentences.found)


@made_once
def along(sentences: Sentences, chosen: Chosen, step: Edge) -> Taking:
    """Those in which patterns take a step, the strongest first."""
    return taking(sentences.found, chosen, step)
