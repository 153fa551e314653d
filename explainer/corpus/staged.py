"""What a run under Ray Data keeps beside its tables until it ends: parts given, and parts computed.

`ray/given.parquet` has a row for each part that was missing when Ray was first asked. Ray writes
what it has computed to `ray/computed`, and then to `ray/committed` which parts that was: a file of
the one is whole once there is a file of that name in the other. The run's own process takes what is
whole into the run's tables, so that they are written in one way, whoever computed them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named
from explainer.corpus.folder import TABLES, Folder
from explainer.corpus.row import Row
from explainer.corpus.schema import FIELDS
from explainer.corpus.tables import Records

PLACE = "ray"
PART = "part"
"""The column that names a part, which Ray's checkpoint goes by."""
GIVEN = pa.schema([pa.field(PART, pa.int64()), pa.field("rows", pa.string())])
COMPUTED = pa.schema(
    [
        pa.field(PART, pa.int64()),
        pa.field("rows", pa.int64()),
        *(pa.field(table, pa.list_(pa.struct(FIELDS[table]))) for table in TABLES),
    ]
)


@dataclass(frozen=True)
class Staged:
    """The folder `ray` of the run in `folder`."""

    folder: Folder

    @property
    def path(self) -> Path:
        """Absolute: Ray's processes have their own working directory."""
        return self.folder.path.resolve() / PLACE

    @property
    def given(self) -> Path:
        """The parts to compute."""
        return self.path / "given.parquet"

    @property
    def computed(self) -> Path:
        """Where Ray writes parts."""
        return self.path / "computed"

    @property
    def committed(self) -> Path:
        """Where Ray writes which parts are whole."""
        return self.path / "committed"

    @property
    def begun(self) -> Path:
        """Where workers note which part they are at, so that no part is tried for ever."""
        return self.path / "begun"

    def taken(self) -> Iterator[int]:
        """Take what is whole into the run's tables; yields how many rows each part had.

        Raises ExplainerError where it cannot be read, or the tables cannot be written.
        """
        for file in self._whole():
            for part in _read(file, COMPUTED) or ():
                records: Records = {table: part[table] for table in TABLES}
                self.folder.write(part[PART], records)
                yield part["rows"]
            _unlink(file)

    def prepare(self, missing: set[int], parts: Iterable[tuple[int, list[Row]]]) -> None:
        """See to it that Ray is given just the parts that are `missing`.

        What it was given before stays where, without what it has committed, it is just that: so it
        is after a stop. Else it is given anew, and nothing is committed of it. Raises
        ExplainerError where that cannot be written.
        """
        shutil.rmtree(self.begun, ignore_errors=True)
        if self._left() == missing:
            return
        self.remove()
        partial = self.given.with_name(".given.partial")
        try:
            self.path.mkdir()
            with partial.open("wb") as stream:
                with parquet.ParquetWriter(stream, GIVEN) as writer:
                    for number, rows in parts:
                        if number in missing:
                            row = {PART: number, "rows": _written(rows)}
                            writer.write_table(pa.Table.from_pylist([row], GIVEN))
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(self.given)
        except OSError as error:
            raise cannot_write(self.given, error) from error

    def remove(self) -> None:
        """Take the folder away. Raises ExplainerError where that cannot be done."""
        _unlink(self.given)  # first: without it nothing else in the folder counts
        try:
            shutil.rmtree(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def _whole(self) -> list[Path]:
        """Files of parts that Ray has committed. It names them NAME-0, and the commitment NAME."""
        names = {file.stem for file in self.committed.glob("*.parquet")}
        found = self.computed.glob("*.parquet") if names else ()
        return sorted(file for file in found if file.stem.rpartition("-")[0] in names)

    def _left(self) -> set[int] | None:
        """Parts that were given and are not committed; None where nothing was given."""
        given = _read(self.given, pa.schema([GIVEN.field(PART)]))
        if given is None:
            return None
        left = {row[PART] for row in given}
        for file in self.committed.glob("*.parquet"):
            if not file.stem.endswith(".pending"):
                left -= {row[PART] for row in _read(file, None) or ()}
        return left


def rows_of(given: str) -> list[Row]:
    """The rows of a part that was given."""
    return [Row(**cells) for cells in json.loads(given)]


def _written(rows: Iterable[Row]) -> str:
    # Text that is not UTF-8 has lone surrogates, which JSON escapes and Parquet could not hold.
    return json.dumps([asdict(row) for row in rows])


def _read(file: Path, wanted: pa.Schema | None) -> list[dict[str, Any]] | None:
    """The rows of a file; None where there is none that can be read, which is computed again."""
    try:
        found: list[dict[str, Any]] = parquet.read_table(
            file, columns=wanted and wanted.names, partitioning=None
        ).to_pylist()
    except (FileNotFoundError, pa.ArrowException):
        return None
    except OSError as error:
        raise ExplainerError(f"{named(file)} cannot be read: {error.strerror or error}.") from error
    return found


def _unlink(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(file, error) from error
