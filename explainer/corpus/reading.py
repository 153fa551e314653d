"""The rows of a file, one after the other, so that no file is too large to be read.

What is wrong with one row is said of that row and the next is read: bytes that are not UTF-8, a
line that is too long, a quotation mark that nothing closes, JSON that is none. What is wrong with
the file as a whole is refused.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Literal

from explainer.base.errors import ExplainerError
from explainer.base.files import check_plain, named
from explainer.corpus.row import COLUMNS, Row, check_columns, row_of

Format = Literal["text", "table", "json", "parquet"]
FORMATS: dict[str, Format] = {
    ".csv": "table",
    ".tsv": "table",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}
"""What a file's ending says; any other is one sentence a line."""
LONGEST_LINE = 1_000_000
"""Bytes of a line that are read; of a longer one only that it is too long."""
AT_ONCE = 1024
"""Rows of a Parquet file that are in memory at once."""
OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
SEPARATORS = ",;\t"

Line = tuple[int, str | None]
"""A line's number and text; None for one that is too long."""


@dataclass(frozen=True)
class Content:
    """A file that is in memory alone, by its name."""

    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """The name's ending."""
        return Path(self.name).suffix

    def __str__(self) -> str:
        return self.name


File = Path | Content
COPIED = "name a file, which is read more than once"


def format_of(path: File) -> Format:
    """How a file is read, by its ending."""
    return FORMATS.get(path.suffix.lower(), "text")


def rows_of(path: File) -> Iterator[Row]:
    """All rows of a file. Raises ExplainerError for a file that cannot be read at all."""
    return READERS[format_of(path)](path)


@contextmanager
def opened(path: File) -> Iterator[BufferedReader]:
    """The file's bytes; raises ExplainerError where they cannot be had."""
    if isinstance(path, Content):
        yield BufferedReader(BytesIO(path.data))
        return
    check_plain(path, COPIED)
    try:
        with path.open("rb") as stream:
            yield stream
    except (OSError, ValueError) as error:  # a name with a NUL character is a ValueError
        why = getattr(error, "strerror", None) or error
        raise ExplainerError(f"The file {named(str(path))} cannot be read: {why}.") from error


def _lines(path: File) -> Iterator[Line]:
    """The lines of a text, without their ends; bytes that are not UTF-8 as lone surrogates."""
    with opened(path) as stream:
        if stream.peek(4).startswith(OTHER_UNICODE):
            raise ExplainerError(
                f"The file {named(str(path))} is UTF-16 or UTF-32 text: save it as UTF-8."
            )
        number = 0
        while data := stream.readline(LONGEST_LINE):
            number += 1
            whole = data.endswith(b"\n") or len(data) < LONGEST_LINE
            while not data.endswith(b"\n") and len(data) == LONGEST_LINE:
                data = stream.readline(LONGEST_LINE)
            if number == 1:
                data = data.removeprefix(codecs.BOM_UTF8)
            text = data.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
            yield number, text if whole else None


def _unfit(text: str | None) -> str:
    """Why a line is no text; empty if it is."""
    if text is None:
        return f"Its line is longer than {LONGEST_LINE:,} bytes: shorten it."
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        return "It is not UTF-8 text: save the file as UTF-8."
    if "\0" in text:
        return "It holds a NUL character: save the file as UTF-8 text."
    return ""


def _texts(path: File) -> Iterator[Row]:
    number = 0
    for line, text in _lines(path):
        if text is not None and not text.strip():
            continue
        why = _unfit(text)
        yield Row(number, line, unfit=why) if why else Row(number, line, str(text))
        number += 1


def _json(path: File) -> Iterator[Row]:
    number = 0
    for line, text in _lines(path):
        if text is not None and not text.strip():
            continue
        why, cells = _unfit(text), {}
        if not why:
            try:
                cells = json.loads(str(text))
                if not isinstance(cells, dict):
                    why = 'It is JSON, but no object: write {"text": …} in every line.'
            except (ValueError, RecursionError):
                why = "It is no JSON: write one object a line."
        yield Row(number, line, unfit=why) if why else row_of(number, line, cells)
        number += 1


def _table(path: File) -> Iterator[Row]:
    """Commas and semicolons: quotation marks as in RFC 4180. Tabs: likewise where the heading has
    some, else they are ordinary characters, as in GLUE's files."""
    lines = _lines(path)
    first, heading = next(((n, t) for n, t in lines if t is None or t.strip()), (1, ""))
    if why := _unfit(heading):
        raise ExplainerError(f"The heading of {named(str(path))} cannot be read. {why}")
    assert heading is not None
    separator = max(SEPARATORS, key=lambda s: (_known(heading, s), heading.count(s)))
    literal = separator == "\t" and '"' not in heading
    quoting: Literal[0, 3] = csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL
    try:
        columns = [name.strip() for name in next(csv.reader([heading], delimiter=separator), [])]
    except csv.Error as error:
        raise ExplainerError(
            f"The heading of {named(str(path))} cannot be read ({error}): write its columns in "
            "one line."
        ) from error
    check_columns(columns, named(str(path)))
    place = [first]
    reader = csv.reader(
        _counted(lines, place), delimiter=separator, quoting=quoting, strict=not literal
    )
    number = 0
    while True:
        line = place[0] + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, line, unfit=f"It cannot be read as a row ({error}): mend its quotes.")
            number += 1
            continue
        if not any(cell.strip() for cell in cells):
            continue
        why = _unfit("\n".join(cells)) if TOO_LONG not in cells else _unfit(None)
        if not why and len(cells) != len(columns):
            why = (
                f"It has {len(cells):,} cells where the heading has {len(columns):,}: put a cell "
                "that holds a separator in quotation marks."
            )
        yield (
            Row(number, line, unfit=why)
            if why
            else row_of(number, line, dict(zip(columns, cells, strict=True)))
        )
        number += 1


TOO_LONG = "\udcff\0"
"""Stands in a table for a line that is too long: no file's bytes are read as this."""


def _counted(lines: Iterator[Line], place: list[int]) -> Iterator[str]:
    """The lines for a reader of tables, with the number of the last one that it took."""
    for number, text in lines:
        place[0] = number
        yield TOO_LONG if text is None else text + "\n"


def _known(heading: str, separator: str) -> int:
    return len({name.strip().strip('"') for name in heading.split(separator)}.intersection(COLUMNS))


def _parquet(path: File) -> Iterator[Row]:
    import pyarrow as pa
    from pyarrow import parquet

    with opened(path) as stream:
        try:
            with parquet.ParquetFile(stream) as file:
                columns = list(file.schema_arrow.names)
                check_columns(columns, named(str(path)))
                number = 0
                chosen = [name for name in columns if name in COLUMNS]
                for batch in file.iter_batches(AT_ONCE, columns=chosen):
                    for cells in batch.to_pylist():
                        yield row_of(number, number + 1, cells)
                        number += 1
        except pa.ArrowException as error:
            raise ExplainerError(
                f"The file {named(str(path))} cannot be read as Parquet ({error}): write it again."
            ) from error


READERS: dict[Format, Callable[[File], Iterator[Row]]] = {
    "text": _texts,
    "table": _table,
    "json": _json,
    "parquet": _parquet,
}
