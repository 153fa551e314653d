"""The folder of a corpus run: what the run is, and its parts, each there as a whole or not at all.

`run.json` says what the run is. Part k of the tables, rows k·K to (k + 1)·K − 1 of the input, is a
file in each of `patterns`, `errors` (where a row of it failed) and, last, `sentences`: a part is
done when its sentences are there. Every file is written under another name, flushed and renamed.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from explainer.base.begun import RUN, begun
from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named, write_whole
from explainer.base.lock import held
from explainer.corpus.schema import VERSION, Table, known_of, schema
from explainer.corpus.tables import Records

TABLES: tuple[Table, ...] = ("patterns", "errors", "sentences")
"""In the order in which a part's files are written: the last one completes it."""
PART = re.compile(r"part-(\d{6,})\.parquet")
MEMORY = "memory"
"""What of `run.json` may differ when a run goes on: it goes on with its own."""

__all__ = ["Folder", "held"]


@dataclass(frozen=True)
class Folder:
    """The folder at `path` of the run that is `described` in plain values."""

    path: Path
    described: dict[str, Any]

    @staticmethod
    def begun(path: Path, described: dict[str, Any]) -> Folder:
        """A new folder gets its `run.json`; that of the same run is gone on with.

        Raises ExplainerError for the folder of another run, or one that cannot be used.
        """
        known = begun(path, described, read_run, TABLES, free={MEMORY})
        _clear(path)
        return Folder(path, known)

    @property
    def checksum(self) -> str:
        """Tells the run from every other; in every file's metadata."""
        return sha256(json.dumps(self.described, sort_keys=True).encode()).hexdigest()

    def done(self) -> set[int]:
        """The numbers of the parts that are there as a whole, whatever was taken away since.

        Raises ExplainerError for another run's.
        """
        sentences, patterns = (
            {number for number, _ in self.parts(table)} for table in ("sentences", "patterns")
        )
        return sentences & patterns

    def parts(self, table: Table) -> Iterator[tuple[int, Path]]:
        """Number and file of the parts of a table, in order."""
        for number, file in _numbered(self.path / table):
            try:
                known = known_of(parquet.read_schema(file))
            except (OSError, pa.ArrowException) as error:
                raise ExplainerError(
                    f"{named(file)} cannot be read ({error}): delete it, and the same command "
                    "computes it again."
                ) from error
            if (known.get("table"), known.get("run")) != (table, self.checksum):
                raise ExplainerError(
                    f"{named(file)} is not of the run in this folder: take it away, or choose "
                    "another folder."
                )
            yield number, file

    def write(self, number: int, records: Records) -> None:
        """Put a part's files in place. Raises ExplainerError where they cannot be written."""
        for table in TABLES:
            file = self.path / table / f"part-{number:06}.parquet"
            try:
                if table == "errors" and not records[table]:
                    file.unlink(missing_ok=True)  # of the same part, computed before
                    continue
                file.parent.mkdir(exist_ok=True)
            except OSError as error:
                raise cannot_write(file, error) from error
            found = pa.Table.from_pylist(records[table], schema(table, self.checksum))
            stream = io.BytesIO()
            parquet.write_table(found, stream, compression="zstd")
            write_whole(file, stream.getvalue())


def read_run(path: Path) -> dict[str, Any]:
    """What the run in a folder is. Raises ExplainerError where there is none that can be read."""
    try:
        known = json.loads((path / RUN).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ExplainerError(
            f"The folder {named(path)} holds no run ({RUN} is missing): name the folder that "
            "`corpus --out` was given."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise ExplainerError(
            f"{named(path / RUN)} cannot be read ({why}): choose another folder."
        ) from error
    if not isinstance(known, dict) or known.get("kind") != "corpus":
        raise ExplainerError(f"{named(path / RUN)} is no corpus run's: choose another folder.")
    if known.get("schema") != VERSION:
        raise ExplainerError(
            f"{named(path / RUN)} is of schema {known.get('schema')}, and this program reads "
            f"{VERSION}: use the version that wrote it."
        )
    return known


def _clear(path: Path) -> None:
    """Take away what was being written when a run was killed."""
    for table in TABLES:
        for file in (path / table).glob(".*.partial"):
            try:
                file.unlink()
            except OSError as error:
                raise cannot_write(file, error) from error


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    try:
        names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise ExplainerError(f"{named(folder)} cannot be read: {error.strerror}.") from error
    found = [(match, folder / match[0]) for name in names if (match := PART.fullmatch(name))]
    return sorted((int(match[1]), file) for match, file in found)
