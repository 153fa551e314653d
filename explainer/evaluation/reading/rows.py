"""The rows of a person's own file: a table with a heading, or a JSON object a line.

Text is UTF-8, or UTF-16 or UTF-32 with their marks. What cannot be read is an error that names the
file and the line. How a table is read stands in `explainer.evaluation.reading.cells`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from explainer.base.errors import ExplainerError
from explainer.base.files import named
from explainer.base.quote import listed, quote
from explainer.evaluation.reading.cells import LINE_END, LineError, read_table

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The marks at the start of a text that is not UTF-8; the longer ones first."""
LONGEST_COLUMN = 15
"""Characters of a column's name that a message shows."""


@dataclass(frozen=True)
class Row:
    """One row: the number of its first line, from 1, and its cells by column.

    Cells of a table are strings, fields of JSON whatever they are.
    """

    line: int
    cells: Mapping[str, object]


@dataclass(frozen=True)
class Rows:
    """The names of all columns, and the rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_rows(content: bytes, file: str, names: Collection[str]) -> Rows:
    """The rows of the content of `file`; `names` are the columns that somebody looks for.

    Raises ExplainerError, naming the file and the line, for what is neither a table nor JSON lines.
    """
    text = _decoded(content, file)
    try:
        if PurePath(file).suffix.lower() in JSON_ENDINGS or text.lstrip().startswith("{"):
            return _json_lines(text)
        return _table(text, names)
    except LineError as broken:
        raise at_line(file, broken.line, broken.why) from broken


def at_line(file: str, line: int, why: str) -> ExplainerError:
    """The complaint about one line of a file."""
    return ExplainerError(f"The file {named(file)} cannot be read: line {line:,} {why}.")


def quoted(names: Sequence[str]) -> str:
    """Columns' names for a message, each in quotes."""
    return listed(quote(name, LONGEST_COLUMN) for name in names) or "none"


def _decoded(content: bytes, file: str) -> str:
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise ExplainerError(
                f"The file {named(file)} cannot be read: it is not UTF-8 text, and begins as "
                f"{encoding.upper()} without being that: save it as UTF-8."
            ) from error
        line = 1 + len(LINE_END.findall(content[: error.start].decode("latin-1")))
        raise at_line(file, line, "is not UTF-8 text: save the file as UTF-8") from error
    if "\0" in text:
        line = 1 + len(LINE_END.findall(text[: text.index("\0")]))
        raise at_line(file, line, "holds a NUL character: save the file as UTF-8 text")
    return text


def _table(text: str, names: Collection[str]) -> Rows:
    heading, *records = read_table(text, names) or [(1, [])]
    columns = heading[1]
    return Rows(
        tuple(columns),
        tuple(Row(line, dict(zip(columns, cells, strict=True))) for line, cells in records),
    )


def _json_lines(text: str) -> Rows:
    rows = tuple(
        Row(number, _cells(line, number))
        for number, line in enumerate(LINE_END.split(text), 1)
        if line.strip(" \t")
    )
    return Rows(tuple(dict.fromkeys(name for row in rows for name in row.cells)), rows)


def _cells(line: str, number: int) -> dict[str, object]:
    """The fields of one JSON object; what is null is not there."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise LineError(number, "names a field twice: name each once")
        return found

    try:
        data = json.loads(line, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise LineError(number, "is not a JSON object: write one object a line") from error
    if not isinstance(data, dict):
        raise LineError(number, "is JSON, but no object: write one object a line")
    return {name: value for name, value in data.items() if value is not None}
