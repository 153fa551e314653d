"""What was found of a corpus: a run that is there, its beginning, or rows that are in memory."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from explainer.base.checks import one_of
from explainer.base.files import given_path
from explainer.corpus.folder import TABLES, Folder, read_run, unreadable
from explainer.corpus.schema import Table, schema
from explainer.corpus.tables import Record, Records
from explainer.results.model_info import ModelInfo

MODEL = tuple(ModelInfo.__dataclass_fields__)


class Readable(Protocol):
    """Sentences with their patterns, wherever they are kept."""

    @property
    def model(self) -> ModelInfo:
        """The model that was asked."""

    def records(self, name: Table, columns: Sequence[str] | None = None) -> Iterator[list[Record]]:
        """The rows of a table, or some of their columns, part by part; `sentences` and `patterns`
        have parts of the same sentences."""


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
    def model(self) -> ModelInfo:
        """The model that was asked."""
        return ModelInfo(**{name: self.run["model"][name] for name in MODEL})

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

    def parts(
        self,
        name: Table,
        columns: Sequence[str] | None = None,
        among: Collection[int] | None = None,
    ) -> Iterator[pa.Table]:
        """The same, or some of its columns, a part at a time, of the parts `among` these numbers
        (None: all that are done); of errors, only those there are."""
        chosen = self.folder.done() if among is None else among
        known = schema(name, self.folder.checksum)
        for number, file in self.folder.parts(name):
            if number in chosen:
                try:
                    chosen_columns = columns and list(columns)
                    found = parquet.read_table(file, schema=known, columns=chosen_columns)
                    found.validate(full=True)  # texts that are none are found as they are used
                except (OSError, pa.ArrowException) as error:
                    raise unreadable(file, error) from error
                yield found

    def records(self, name: Table, columns: Sequence[str] | None = None) -> Iterator[list[Record]]:
        """`parts` as plain values."""
        for part in self.parts(name, columns):
            yield part.to_pylist()


@dataclass(frozen=True)
class First:
    """The beginning of a run: whole parts, until there are `most` rows."""

    corpus: Corpus
    most: int

    @property
    def model(self) -> ModelInfo:
        """The model that was asked."""
        return self.corpus.model

    def records(self, name: Table, columns: Sequence[str] | None = None) -> Iterator[list[Record]]:
        """As of the run, of its first parts."""
        count = max(1, self.most // self.corpus.run["part_size"])
        # By their numbers: of errors there are files of some parts only.
        first = {*sorted(self.corpus.folder.done())[:count]}
        for part in self.corpus.parts(name, columns, first):
            yield part.to_pylist()


@dataclass(frozen=True)
class Gathered:
    """Rows that were explained and are in memory alone, as a run's tables would hold them."""

    model: ModelInfo
    found: tuple[Records, ...]

    def records(self, name: Table, columns: Sequence[str] | None = None) -> Iterator[list[Record]]:
        """All of them as one part."""
        every = (record for one in self.found for record in one[name])
        yield [{k: v for k, v in record.items() if k in (columns or record)} for record in every]

    def table(self, name: Table) -> pa.Table:
        """A table as a run's file has it, but for the run's checksum."""
        return pa.Table.from_pylist(next(self.records(name)), schema(name, ""))

    def file(self, name: Table) -> bytes:
        """The same as a Parquet file."""
        stream = io.BytesIO()
        parquet.write_table(self.table(name), stream, compression="zstd")
        return stream.getvalue()
