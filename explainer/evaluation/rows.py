"""The rows of a person's own file: a table with a heading, or a JSON object a line.

1. Text is UTF-8, or UTF-16 or UTF-32 with their marks. A line ends with a line feed, a carriage
   return, or both; other separators (U+2028, a form feed, NEL) are characters of a cell.
2. Of tab, comma and semicolon, cells are separated by what makes most of the heading.
3. Every row has as many cells as the heading. Blank lines are no rows.
4. Commas and semicolons: quotation marks as in RFC 4180, around cells and doubled inside them.
5. Tabs: likewise where the whole table obeys that, and reading every line as a row would give as
   many rows, or no table. Elsewhere quotation marks are ordinary characters, as in GLUE's files.

What is not so is an error that names the line.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from explainer.errors import ExplainerError
from explainer.files import named
from explainer.quote import quote

SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon"}
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The marks at the start of a text that is not UTF-8; the longer ones first."""
LINE_END = re.compile(r"\r\n|\r|\n")
MOST_NAMES = 10

Record = tuple[int, list[str]]
"""The line where a row begins, and its cells."""


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


class _BrokenError(Exception):
    """A line that cannot be read, and why; never seen outside."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


def read_rows(content: bytes, file: str, names: Collection[str]) -> Rows:
    """The rows of the content of `file`; `names` are the columns that somebody looks for.

    Raises ExplainerError, naming the file and the line, for what is neither a table nor JSON lines.
    """
    text = _decoded(content, file)
    try:
        if PurePath(file).suffix.lower() in JSON_ENDINGS or text.lstrip().startswith("{"):
            return _json_lines(text)
        return _table(text, names)
    except _BrokenError as broken:
        raise at_line(file, broken.line, broken.why) from broken


def at_line(file: str, line: int, why: str) -> ExplainerError:
    """The complaint about one line of a file."""
    return ExplainerError(f"The file {named(file)} cannot be read: line {line:,} {why}.")


def listed(names: Sequence[str]) -> str:
    """Names for a message: the first ones, shortened."""
    shown = ", ".join(quote(name, 18) for name in names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown or "none"


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
    separator, heading = _heading(text, names)
    cells = [name.strip() for name in heading]
    records = _tabbed(text) if separator == "\t" else _quoted(text, separator)
    double = [name for name, count in Counter(cells).items() if count > 1 and name in names]
    if double:
        why = f"names more than one column {quote(double[0])}: name each once"
        raise _BrokenError(records[0][0], why)
    rows = (Row(line, dict(zip(cells, row, strict=True))) for line, row in records[1:])
    return Rows(tuple(cells), tuple(rows))


def _heading(text: str, names: Collection[str]) -> tuple[str, list[str]]:
    """What separates the cells, and those of the heading."""

    def read(separator: str) -> list[str]:
        try:
            return next((cells for _, cells in _records(text, separator)), [])
        except _BrokenError:
            first = next((line for line in LINE_END.split(text) if line.strip(" ")), "")
            return first.split(separator)

    found = {separator: read(separator) for separator in SEPARATORS}

    def fits(separator: str) -> tuple[int, int]:
        cells = found[separator]
        return len({cell.strip() for cell in cells}.intersection(names)), len(cells)

    best = max(found, key=fits)
    return best, found[best]


def _records(text: str, separator: str) -> Iterator[Record]:
    """Rows with quotation marks as in RFC 4180, whatever their number of cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _BrokenError(line, _complaint(error)) from error
        if len(cells) > 1 or "".join(cells).strip(" "):
            yield line, cells


def _complaint(error: csv.Error) -> str:
    if "limit" in str(error):
        return (
            f"begins a row with a cell of more than {csv.field_size_limit():,} characters: shorten "
            "it, or close a quotation mark that was left open"
        )
    if "end of data" in str(error):
        return "begins a row with a quotation mark that nothing closes: close it, or double it"
    return (
        "begins a row with a quotation mark inside a cell in quotation marks: double it, or take "
        "those around the cell away"
    )


def _quoted(text: str, separator: str) -> list[Record]:
    return _even(_records(text, separator), separator)


def _literal(text: str) -> list[Record]:
    lines = enumerate(LINE_END.split(text), 1)
    records = ((number, line.split("\t")) for number, line in lines if line.strip(" ") != "")
    return _even(records, "\t")


def _even(records: Iterator[Record], separator: str) -> list[Record]:
    """The rows, all of them with as many cells as the first."""
    found: list[Record] = []
    for line, cells in records:
        if found and len(cells) != (columns := len(found[0][1])):
            fields = "1 field" if len(cells) == 1 else f"{len(cells):,} fields"
            advice = (
                "give the row a cell for every column"
                if separator == "\t"
                else f"put a cell that holds a {SEPARATORS[separator]} in quotation marks"
            )
            raise _BrokenError(line, f"has {fields} where the heading has {columns:,}: {advice}")
        found.append((line, cells))
    return found


def _tabbed(text: str) -> list[Record]:
    """Rows with tabs between: quotation marks around cells, or as ordinary characters."""
    if text.lstrip().startswith('"'):  # who quotes the heading quotes cells
        return _quoted(text, "\t")
    try:
        quoted = _quoted(text, "\t")
    except _BrokenError as of_quoted:
        try:
            return _literal(text)
        except _BrokenError as of_literal:
            # The reading that came further is the likelier one.
            raise max(of_quoted, of_literal, key=lambda broken: broken.line) from None
    try:
        literal = _literal(text)
    except _BrokenError:
        return quoted
    return quoted if len(quoted) == len(literal) else literal


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
            raise _BrokenError(number, "names a field twice: name each once")
        return found

    try:
        data = json.loads(line, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise _BrokenError(number, "is not a JSON object: write one object a line") from error
    if not isinstance(data, dict):
        raise _BrokenError(number, "is JSON, but no object: write one object a line")
    return {name: value for name, value in data.items() if value is not None}
