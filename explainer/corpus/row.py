"""One row of a corpus: a sentence and what is asked of it, or why it is no question."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, quote
from explainer.question.quantity import Contrast, Question

ASKED = ("pair", "correct", "wrong", "label", "other")
COLUMNS = ("text", *ASKED, "group", "id")
"""Columns that are read; a file may have others."""


@dataclass(frozen=True)
class Row:
    """Row `number` of the input, from 0, which begins at `line` of its file, from 1.

    `group` says which rows are of one form, `id` names the row; both None where the input has no
    such column. `unfit` is why the row cannot be read, empty where it can.
    """

    number: int
    line: int
    text: str = ""
    pair: str | None = None
    correct: str | None = None
    wrong: str | None = None
    label: str | None = None
    other: str | None = None
    group: str | None = None
    id: str | None = None
    unfit: str = ""

    @property
    def name(self) -> str:
        """Its id, or its number where it has none."""
        return str(self.number) if self.id is None else self.id

    def question(self) -> Question:
        """What is asked. Raises ExplainerError for a row that cannot be read."""
        if self.unfit:
            raise ExplainerError(self.unfit)
        words = Contrast(self.correct, self.wrong, self.label, self.other)
        return Question(self.text, words, self.pair)


def row_of(number: int, line: int, cells: dict[str, object]) -> Row:
    """The row of cells by column; what is empty or null is not there."""
    found: dict[str, str] = {}
    for name in COLUMNS:
        value = cells.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            why = f"Its {name} is {quote(str(value))}, which is no text: give text in quotes."
            return Row(number, line, unfit=why)
        found[name] = str(value)
    if "text" not in found:
        return Row(number, line, id=found.get("id"), unfit="It has no text: give it one.")
    return Row(number, line, **found)


def check_columns(columns: list[str], place: str) -> None:
    """Refuse a table without a column of texts, or with one of ours twice."""
    if "text" not in columns:
        known = listed(quote(name, 15) for name in columns) or "none"
        raise ExplainerError(
            f"The file {place} has no column 'text' (its columns: {known}): name the column of "
            f"sentences so; {listed(COLUMNS[1:])} are read too."
        )
    for name in COLUMNS:
        if columns.count(name) > 1:
            raise ExplainerError(f"The file {place} has two columns {quote(name)}: name each once.")
