"""Sentences explained while somebody waits: which, and what is found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import uuid4

import streamlit as st

from explainer import ExplainerError, Settings, TaskSource
from explainer.app import compute
from explainer.app.compute.runs.corpus import Sentences, row_effort, row_records
from explainer.app.corpus.choices import MOST, OWN
from explainer.app.corpus.sources import Known
from explainer.app.widgets.running import Running, expected
from explainer.base.numbers import counted
from explainer.base.quote import quote
from explainer.corpus.reading import SEPARATORS, Content, format_of, rows_of
from explainer.corpus.results import Gathered
from explainer.corpus.row import Row
from explainer.corpus.tables import Records
from explainer.models.model import Model
from explainer.results.model_info import ModelInfo

KEPT = "corpus_run"
PASTED = "pasted"
"""What the text of the box is called where it is read like a file."""


@dataclass(kw_only=True)
class Explaining(Running):
    """A run of the rows of `of`; `more` where the input has more than are taken. Its `name` tells
    what is found in it from all else that the server keeps."""

    of: str
    settings: Settings
    info: ModelInfo
    more: bool = False
    name: str = field(default_factory=lambda: uuid4().hex)

    def line(self, number: int) -> Records:
        """What the tables hold of a row; raises ExplainerError where too many others wait."""
        row: Row = self.cases[number]
        return row_records(self.source, row, self.settings)

    @property
    def explained(self) -> int:
        """Rows that are done and have patterns."""
        return sum(len(one["sentences"]) for one in self.lines)

    def known(self) -> Known | None:
        """What is found so far; None while that is nothing."""
        if not self.explained:
            return None
        found = Gathered(self.info, tuple(self.lines))
        name = (self.name, str(len(self.lines)))
        said = f"{counted(self.explained, 'sentence')} of {self.of}, explained just now"
        if self.more:
            said = f"{said} (the first {len(self.cases)} rows are taken)"
        settings = f"{self.settings.sampling}, {self.settings.searched}"
        return Known(
            Sentences(name, found),
            self.model,
            self.settings,
            len(self.lines) - self.explained,
            f"{said} under {self.info.name}, {settings}.",
            "corpus",
        )


def start(model: str, of: str, n: int, settings: Settings, given: Content | None) -> None:
    """Begin a run; raises ExplainerError where there are no rows, or none that the model reads."""
    rows = tuple(islice(_rows(of, n, given), MOST + 1))
    if not rows:
        raise ExplainerError("There are no sentences yet: type some, or upload a file.")
    loaded = compute.fetch(model)
    _check_fits(loaded.model, rows[:MOST])
    st.session_state[KEPT] = Explaining(
        model=model,
        version=loaded.version,
        of=of,
        cases=rows[:MOST],
        settings=settings,
        info=loaded.model.info,
        more=len(rows) > MOST,
        expected=expected(lambda: row_effort(loaded.model, rows[0], settings).seconds),
    )


def _rows(of: str, n: int, given: Content | None) -> Iterator[Row]:
    if of != OWN:
        return TaskSource(of, n).rows()
    if given is None:
        return iter(())
    if format_of(given) == "parquet":  # a reader of binary files is not for what visitors send
        raise ExplainerError(
            f"{quote(given.name)} is not read here: upload text, CSV or JSON lines."
        )
    return rows_of(given)


def pasted(text: str) -> Content | None:
    """What was typed or pasted, as a file: a table where its first line names a column text."""
    if not text.strip():
        return None
    heading = text.strip().partition("\n")[0]
    for separator in SEPARATORS:
        cells = next(csv.reader(io.StringIO(heading), delimiter=separator), [])
        if len(cells) > 1 and "text" in (cell.strip() for cell in cells):
            return Content(f"{PASTED}.tsv" if separator == "\t" else f"{PASTED}.csv", _bytes(text))
    return Content(f"{PASTED}.txt", _bytes(text))


def _bytes(text: str) -> bytes:
    """As a file has it; a lone surrogate, which is no text, becomes a sign for it."""
    return text.encode("utf-8", "replace")


def _check_fits(model: Model, rows: tuple[Row, ...]) -> None:
    """Refuse rows of which the model can be asked none, with what is wrong with the first."""
    first: ExplainerError | None = None
    for row in rows:
        try:
            row_effort(model, row, Settings())
        except ExplainerError as error:
            first = first or error
        else:
            return
    raise ExplainerError(f"None of the sentences can be asked of this model. The first: {first}")
