"""A protocol measured while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from explainer.app import compute
from explainer.app.compute.runs.protocols import protocol_line, sentence_effort
from explainer.app.evaluate.live import Upload, chosen_cases
from explainer.app.evaluate.measuring import Measuring
from explainer.app.evaluate.protocols.found import Found
from explainer.app.widgets.running import expected
from explainer.evaluation.evidence.protocols.measured import points_of, table_of
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.question import check_cases
from explainer.results.settings import Settings
from explainer.tasks import KINDS

KEPT = "protocol_measurement"


@dataclass(kw_only=True)
class ProtocolMeasurement(Measuring):
    """A run of one protocol."""

    protocol: str
    settings: Settings

    def line(self, number: int) -> dict[str, Any]:
        """The line of a sentence; raises ExplainerError where too many computations wait."""
        case = self.cases[number]
        return protocol_line(self.source, case, number, self.protocol, self.settings)

    def results(self) -> Found | None:
        """What was found in the sentences that are done; None where that is nothing."""
        if self.found is None and self.evaluated:
            table = table_of(self.named())
            every = EVERY_TASK if (table["task"] == EVERY_TASK).any() else table["task"].iloc[0]
            self.found = Found(
                table[table["task"] == every],
                points_of(self.named()),
                self.said(self.settings),
                tuple(KINDS) if self.task == EVERY_TASK else (self.task,),
                len(self.cases),
                self.settings,
            )
        found: Found | None = self.found
        return found


def start(
    model: str, task: str, n: int, protocol: str, settings: Settings, upload: Upload | None
) -> None:
    """Begin a run of `n` sentences; raises ExplainerError where they cannot be asked."""
    cases = chosen_cases(task, n, upload)
    loaded = compute.fetch(model)
    check_cases(loaded.model, cases)
    st.session_state[KEPT] = ProtocolMeasurement(
        model=model,
        version=loaded.version,
        task=task,
        cases=cases,
        protocol=protocol,
        settings=settings,
        expected=expected(
            lambda: sentence_effort(loaded.model, cases[0], protocol, settings).seconds
        ),
    )
