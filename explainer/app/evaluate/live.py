"""A task measured while somebody waits: which sentences, and what is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute.runs.evaluate import case_effort, measured_line
from explainer.app.evaluate.choices import OWN_FILE
from explainer.app.evaluate.measuring import Measuring
from explainer.app.evaluate.results import Results
from explainer.app.widgets.running import expected
from explainer.evaluation.evidence.report import report
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.tables import tables_of
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import Columns, Sentences, cases_of, cases_of_table
from explainer.tasks import KINDS, Case

KEPT = "measurement"


@dataclass(frozen=True)
class Upload:
    """A person's own sentences, and what their columns are called."""

    name: str
    content: bytes
    columns: Columns = field(default_factory=Columns)


@dataclass(kw_only=True)
class Measurement(Measuring):
    """A run of what `evaluate` asks of every sentence."""

    options: EvaluationOptions

    def line(self, number: int) -> dict[str, Any]:
        """The line of a sentence; raises ExplainerError where too many computations wait."""
        return measured_line(self.source, self.cases[number], number, self.options)

    def results(self) -> Results | None:
        """The results of what is done; None where that is nothing. Kept until more is done."""
        if self.found is None and self.evaluated:
            tables = tables_of(self.named())
            made = report(tables)
            self.found = Results(
                made.summary,
                made.consistency,
                made.findings,
                self.said(self.options.settings),
                {"summary": made.summary, "consistency": made.consistency, **tables.named()},
            )
        found: Results | None = self.found
        return found


def start(model: str, task: str, n: int, options: EvaluationOptions, upload: Upload | None) -> None:
    """Begin a measurement of `n` sentences; raises ExplainerError where they cannot be asked."""
    cases = chosen_cases(task, n, upload)
    loaded = compute.fetch(model)
    check_cases(loaded.model, cases)
    st.session_state[KEPT] = Measurement(
        model=model,
        version=loaded.version,
        task=task,
        cases=cases,
        options=options,
        expected=expected(lambda: case_effort(loaded.model, cases[0], options).seconds),
    )


def chosen_cases(task: str, n: int, upload: Upload | None) -> tuple[Case, ...]:
    """The first `n` sentences; of all tasks in turn. Raises ExplainerError where there are none."""
    return tuple(_cases(task, n, upload))


def _cases(task: str, n: int, upload: Upload | None) -> Iterator[Case]:
    if task == OWN_FILE:
        if upload is None:
            raise ExplainerError("There are no sentences yet: upload a file first.")
        yield from cases_of_table(upload.content, upload.name, OWN_FILE, upload.columns)[:n]
    elif task == EVERY_TASK:
        each = -(-n // len(KINDS))
        in_turn = zip(*(cases_of(Sentences(task=kind), each) for kind in KINDS), strict=True)
        yield from islice(chain.from_iterable(in_turn), n)
    else:
        yield from cases_of(Sentences(task=task), n)
