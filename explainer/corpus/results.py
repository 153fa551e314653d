"""A corpus run that is there: its tables, as far as it has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from explainer.base.checks import one_of
from explainer.base.files import given_path
from explainer.corpus.folder import TABLES, Folder, read_run
from explainer.corpus.schema import Table, schema


@dataclass(frozen=True)
class Corpus:
    """The tables of a run, finished or not: only parts that are done are read."""

    folder: Folder

    @staticmethod
    def open(path: Path | str) -> Corpus:
        """The run in a folder. Raises ExplainerError where there is none."""
        folder = given_path("run's folder", path)
        return Corpus(Folder(folder, read_run(folder)))

    @property
    def run(self) -> dict[str, Any]:
        """What the run is: model, input, settings, in plain values."""
        return self.folder.described

    @property
    def rows(self) -> int:
        """How many rows the input has."""
        count: int = self.run["input"]["rows"]
        return count

    @property
    def rows_done(self) -> int:
        """How many of them are done, with what cannot be explained."""
        size: int = self.run["part_size"]
        return sum(min(size, self.rows - number * size) for number in self.folder.done())

    def table(self, name: Table) -> pa.Table:
        """A table as a whole, in the input's order; `sentences`, `patterns` or `errors`."""
        name = one_of("table", name, TABLES)
        known = schema(name, self.folder.checksum)
        return pa.concat_tables(list(self.parts(name)) or [known.empty_table()])

    def parts(self, name: Table, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The same, or some of its columns, a part at a time; of errors, only those there are."""
        done = self.folder.done()
        known = schema(name, self.folder.checksum)
        for number, file in self.folder.parts(name):
            if number in done:
                yield parquet.read_table(file, schema=known, columns=columns and list(columns))
