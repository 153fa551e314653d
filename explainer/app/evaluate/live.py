"""Measuring a task while somebody waits: sentence by sentence, to be stopped and gone on with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.compute.evaluate import measured_line
from explainer.app.evaluate.choices import OWN_FILE
from explainer.app.evaluate.results import Results
from explainer.base.numbers import counted, duration
from explainer.evaluation.evidence.left_out import Reason, reasons
from explainer.evaluation.evidence.report import report
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.tables import left_out_of, tables_of
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import Columns, Sentences, cases_of, cases_of_table
from explainer.tasks import KINDS, Case

KEPT = "measurement"
DRAWN_BY_PAGE = "progress_drawn"
"""Set where the page itself runs, and not only the part with the bar."""


@dataclass(frozen=True)
class Upload:
    """A person's own sentences, and what their columns are called."""

    name: str
    content: bytes
    columns: Columns = field(default_factory=Columns)


@dataclass(kw_only=True)
class Measurement:
    """A run over `cases`, as far as it has come: a line for each that is done.

    It lives in the session and is changed as it goes on; `problem` is what stopped it.
    """

    model: str
    version: str
    task: str
    cases: tuple[Case, ...]
    options: EvaluationOptions
    lines: list[dict[str, Any]] = field(default_factory=list)
    running: bool = True
    problem: str | None = None
    seconds: float = 0.0
    found: Results | None = None

    @property
    def left(self) -> int:
        """Sentences that are still to be measured."""
        return len(self.cases) - len(self.lines)

    @property
    def left_out(self) -> tuple[Reason, ...]:
        """Why sentences that are done have no numbers, the most frequent reason first."""
        return reasons(left_out_of(self._named()))

    def _named(self) -> list[dict[str, Any]]:
        return [{"model": self.model, **line} for line in self.lines]

    def results(self) -> Results | None:
        """The results of what is done; None where that is nothing. Kept until more is done."""
        evaluated = sum("left_out" not in line for line in self.lines)
        if self.found is None and evaluated:
            tables = tables_of(self._named())
            made = report(tables)
            settings = self.options.settings
            self.found = Results(
                made.summary,
                made.consistency,
                made.findings,
                f"Measured just now on {counted(evaluated, 'sentence')} of {self.task}, "
                f"{settings.sampling}, {settings.searched}.",
                {"summary": made.summary, "consistency": made.consistency, **tables.named()},
            )
        return self.found


def kept() -> Measurement | None:
    """The session's measurement."""
    found: Measurement | None = st.session_state.get(KEPT)
    return found


def drop() -> None:
    """Forget the session's measurement."""
    st.session_state.pop(KEPT, None)


def start(model: str, task: str, n: int, options: EvaluationOptions, upload: Upload | None) -> None:
    """Begin a measurement of `n` sentences; raises ExplainerError where they cannot be asked."""
    cases = tuple(_cases(task, n, upload))
    loaded = compute.fetch(model)
    check_cases(loaded.model, cases)
    st.session_state[KEPT] = Measurement(
        model=model, version=loaded.version, task=task, cases=cases, options=options
    )


def _cases(task: str, n: int, upload: Upload | None) -> Iterator[Case]:
    """The first `n` sentences; of all tasks in turn."""
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


@st.fragment(run_every=0.3)
def go_on() -> None:
    """Measure what is left, one turn in the queue for each sentence, with a bar.

    The page's own run only draws the bar: what it replaces would stay on the screen, faded, until
    it ended. The browser then runs this part by itself. Whatever else somebody does interrupts it
    within a second or so, and the page's next run comes here again; a closed tab ends it.
    """
    running = kept()
    if running is None or not running.running:
        return
    bar = st.progress(len(running.lines) / len(running.cases), progress(running))
    if st.session_state.pop(DRAWN_BY_PAGE, False):
        return
    measure(
        running, lambda: bar.progress(len(running.lines) / len(running.cases), progress(running))
    )
    st.rerun()


def measure(running: Measurement, moved: Callable[[], object]) -> None:
    """Measure all that is left; `moved` is called after each sentence."""
    try:
        while running.left:
            advance(running)
            moved()
    except ExplainerError as error:
        running.problem = str(error)
    running.running = False


def advance(running: Measurement) -> None:
    """Measure the next sentence; raises ExplainerError where too many computations wait."""
    number = len(running.lines)
    model = Reading(running.model, version=running.version)
    began = time.monotonic()
    running.lines.append(measured_line(model, running.cases[number], number, running.options))
    running.found = None
    running.seconds += time.monotonic() - began


def progress(running: Measurement) -> str:
    """How far it has come, and how long the rest takes."""
    done = len(running.lines)
    said = f"{done} of {counted(len(running.cases), 'sentence')}"
    if done:
        seconds = running.seconds / done * running.left
        said += f", about {duration(seconds)} left"
    return said
