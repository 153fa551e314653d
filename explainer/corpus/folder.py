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
from explainer.base.checks import text, whole
from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, check_plain, named, write_whole
from explainer.base.lock import held
from explainer.base.quote import quote, shown
from explainer.corpus.schema import VERSION, Table, known_of, schema
from explainer.corpus.tables import Records
from explainer.results.model_info import ModelInfo
from explainer.results.settings import Settings, completed

TABLES: tuple[Table, ...] = ("patterns", "errors", "sentences")
"""In the order in which a part's files are written: the last one completes it."""
PART = re.compile(r"part-(\d{6,})\.parquet")
LONGEST_REASON = 100
"""Characters of what is said of a damaged part."""
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
        expected, end = schema(table, self.checksum), self._count
        for number, file in _numbered(self.path / table):
            check_plain(file)
            try:
                found = parquet.read_schema(file)
            except (OSError, pa.ArrowException) as error:
                raise unreadable(file, error) from error
            known = known_of(found)
            of_run = (known.get("table"), known.get("run")) == (table, self.checksum)
            if not of_run or number >= end or file.name != _part(number):
                raise ExplainerError(
                    f"{named(file)} is not of the run in this folder: take it away, or choose "
                    "another folder."
                )
            if not found.equals(expected):
                raise unreadable(file, "its columns are not those of the table")
            yield number, file

    @property
    def _count(self) -> int:
        """How many parts the run has."""
        return -(-int(self.described["input"]["rows"]) // int(self.described["part_size"]))

    def write(self, number: int, records: Records) -> None:
        """Put a part's files in place. Raises ExplainerError where they cannot be written."""
        for table in TABLES:
            file = self.path / table / _part(number)
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
        check_plain(path / RUN)
        known = json.loads((path / RUN).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ExplainerError(
            f"The folder {named(path)} holds no run ({RUN} is missing): name the folder that "
            "`corpus --out` was given."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, ExplainerError):
            raise
        why = getattr(error, "strerror", None) or "it is damaged"
        raise ExplainerError(
            f"{named(path / RUN)} cannot be read ({why}): choose another folder."
        ) from error
    if not isinstance(known, dict) or known.get("kind") != "corpus":
        raise ExplainerError(f"{named(path / RUN)} is no corpus run's: choose another folder.")
    if known.get("schema") != VERSION:
        raise ExplainerError(
            f"{named(path / RUN)} is of schema {shown(known.get('schema'))}, and this program "
            f"reads {VERSION}: use the version that wrote it."
        )
    try:
        _check_described(known)
    except (ExplainerError, KeyError, TypeError) as error:
        why = str(error).rstrip(".") if isinstance(error, ExplainerError) else "a field is missing"
        raise ExplainerError(
            f"{named(path / RUN)} is damaged ({why}): restore it, or choose another folder."
        ) from error
    return known


def _check_described(known: dict[str, Any]) -> None:
    """Raise ExplainerError, KeyError or TypeError for what no run has written."""
    model, given = known["model"], known["input"]
    ModelInfo(**{name: model[name] for name in ModelInfo.__dataclass_fields__})
    text("model's fingerprint", model["fingerprint"])
    whole("number of rows", given["rows"], 0)
    text("input's name", given["task" if "task" in given else "file"])
    Settings(**completed(known["settings"]))
    if known["words"] is not None:
        whole("number of words", known["words"], 1)
    whole("size of a part", known["part_size"], 1)
    whole("memory", known[MEMORY], 1)


def unreadable(file: Path, why: object) -> ExplainerError:
    """The refusal of a part that is damaged."""
    said = " ".join(str(why).split())
    return ExplainerError(
        f"{named(file)} cannot be read ({quote(said, LONGEST_REASON)[1:-1]}): delete it, and the "
        "same command computes it again."
    )


def _part(number: int) -> str:
    """The name of a part's files."""
    return f"part-{number:06}.parquet"


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
