"""The sentences of a run: generated for a task, or a person's own from a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from explainer.errors import ExplainerError
from explainer.tasks import KINDS, TASKS, Case, generate, sentiment_cases
from explainer.tasks.lexicon import Split
from explainer.tasks.predicate import Predicate

MOST = 10_000
QUESTIONS = (("text", "correct", "wrong"), ("text", "label"))
"""Columns that a file must have: words for a masked LM, or a class for a classifier."""


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Which sentences; the first ones are the same however many are taken.

    `task` is one of `TASKS`, or the name of `file`, a table with a heading. `predicate` is what
    the masked verb of a subject-verb task is (is/are by default, so that all sentences of a task
    have one form), `split` the part of the lexicon.
    """

    task: str
    seed: int = 0
    split: Split = "held-out"
    predicate: Predicate = "present"
    file: str | None = None

    def __post_init__(self) -> None:
        if self.file is None and self.task not in TASKS:
            raise ExplainerError(
                f"The task {self.task!r} is not known: choose from {', '.join(TASKS)}."
            )
        for name, allowed in (("split", get_args(Split)), ("predicate", get_args(Predicate))):
            value = getattr(self, name)
            if value not in allowed:
                raise ExplainerError(
                    f"The {name} {value!r} is not known: choose one of {', '.join(allowed)}."
                )


def cases_of(sentences: Sentences, n: int) -> tuple[Case, ...]:
    """The first `n` sentences (all of a file that has fewer).

    Raises ExplainerError for more than there are, or a file that cannot be read.
    """
    if not 1 <= n <= MOST:
        raise ExplainerError(f"{n} sentences are asked for: give a number from 1 to {MOST:,}.")
    if sentences.file is not None:
        return cases_of_file(Path(sentences.file), sentences.task)[:n]
    for kind in KINDS:
        if kind == sentences.task:
            return generate(kind, n, sentences.seed, sentences.split, sentences.predicate)
    return sentiment_cases(n, sentences.seed)


def cases_of_file(file: Path, task: str) -> tuple[Case, ...]:
    """The rows of a CSV or tab-separated file as cases of `task`; see `cases_of_table`."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ExplainerError(f"The file {file} cannot be read: {error.strerror}.") from error
    return cases_of_table(content, str(file), task)


def cases_of_table(content: bytes, file: str, task: str) -> tuple[Case, ...]:
    """The rows of a CSV or tab-separated table, the content of `file`, as cases of `task`.

    Columns: text, correct and wrong; or text and label, and if wanted the rival class in other.
    A column combination, if there is one, says which sentences are of one form.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExplainerError(f"The file {file} cannot be read: it is not UTF-8 text.") from error
    lines = text.splitlines()
    tabs = bool(lines) and "\t" in lines[0]
    table = csv.DictReader(lines, delimiter="\t" if tabs else ",", strict=not tabs)
    columns = table.fieldnames or []
    if not any(set(wanted) <= set(columns) for wanted in QUESTIONS):
        raise ExplainerError(
            f"The file {file} has the columns {', '.join(columns) or 'none'}: it needs a heading "
            "with text, correct and wrong, or with text and label."
        )
    try:
        rows = list(table)
    except csv.Error as error:
        raise ExplainerError(f"The file {file} is not a CSV table: {error}.") from error
    if not rows:
        raise ExplainerError(f"The file {file} has a heading and no rows: add sentences.")
    return tuple(_case(row, task) for row in rows)


def _case(row: dict[str, str | None], task: str) -> Case:
    def field(*names: str) -> str:
        return next((value for name in names if (value := row.get(name))), "")

    return Case(
        text=field("text"),
        correct=field("correct", "label"),
        wrong=field("wrong", "other"),
        kind=task,
        combination=field("combination", "label") or "all",
        controller=field("controller"),
    )
