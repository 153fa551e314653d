"""Where a corpus comes from: a file, or the generated sentences of a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import numpy as np

from explainer.base.checks import given_seed, one_of
from explainer.base.errors import ExplainerError
from explainer.base.files import named
from explainer.base.quote import quote
from explainer.corpus.reading import format_of, opened, rows_of
from explainer.corpus.row import Row
from explainer.tasks import KINDS, TASKS, Case, generate, sentiment_cases
from explainer.tasks.case import number_of_cases


@dataclass(frozen=True)
class FileSource:
    """A file of sentences: one a line, a table with a heading, JSON lines, or Parquet."""

    path: Path

    def rows(self) -> Iterator[Row]:
        """All rows, read as they are needed. Raises ExplainerError for an unreadable file."""
        return rows_of(self.path)

    @cached_property
    def described(self) -> dict[str, Any]:
        """What it is, in plain values: the same for the same content, wherever it lies.

        Reads the file twice. Raises ExplainerError where two rows have one id.
        """
        count = _checked_rows(self)
        with opened(self.path) as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        known = {"file": self.path.name, "format": format_of(self.path)}
        return known | {"rows": count, "sha256": digest}


@dataclass(frozen=True)
class TaskSource:
    """The first `n` generated sentences of a task, drawn by `seed` from words held out from the
    built-in model's training; the masked verbs are is and are."""

    task: str
    n: int
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("task", self.task, TASKS)
        number_of_cases(self.n)
        given_seed(self.seed)

    def rows(self) -> Iterator[Row]:
        """All rows; their group is the form of the sentence."""
        for number, case in enumerate(self._cases()):
            asked = (
                {"label": case.correct, "other": case.wrong}
                if case.kind == "sentiment"
                else {"correct": case.correct, "wrong": case.wrong}
            )
            yield Row(number, number + 1, case.text, group=case.combination, **asked)

    def _cases(self) -> tuple[Case, ...]:
        for kind in KINDS:
            if kind == self.task:
                return generate(kind, self.n, self.seed, predicate="present")
        return sentiment_cases(self.n, self.seed)

    @cached_property
    def described(self) -> dict[str, Any]:
        """What it is, in plain values."""
        digest = sha256("\n".join(row.text for row in self.rows()).encode()).hexdigest()
        return {"task": self.task, "seed": self.seed, "rows": self.n, "sha256": digest}


Source = FileSource | TaskSource


def _checked_rows(source: FileSource) -> int:
    """How many rows there are. Eight bytes a row are kept to find an id that is there twice."""
    count, digests = 0, bytearray()
    for row in source.rows():
        count += 1
        if row.id is not None:
            digests += sha256(row.id.encode("utf-8", "surrogateescape")).digest()[:8]
    if not count:
        raise ExplainerError(f"The file {named(source.path)} holds no rows: add sentences.")
    found, times = np.unique(np.frombuffer(bytes(digests), dtype=np.uint64), return_counts=True)
    suspects = {int(one) for one in found[times > 1]}
    if suspects:
        _refuse_twice(source, suspects)
    return count


def _refuse_twice(source: FileSource, suspects: set[int]) -> None:
    lines: dict[str, int] = {}
    for row in source.rows():
        if row.id is None:
            continue
        digest = sha256(row.id.encode("utf-8", "surrogateescape")).digest()[:8]
        if int(np.frombuffer(digest, dtype=np.uint64)[0]) not in suspects:
            continue
        if row.id in lines:
            raise ExplainerError(
                f"The file {named(source.path)} has the id {quote(row.id)} in lines "
                f"{lines[row.id]:,} and {row.line:,}: give each row its own, or leave ids out."
            )
        lines[row.id] = row.line
