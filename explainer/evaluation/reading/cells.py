"""The cells of a table's text, row by row, each with the line where it begins.

1. A line ends with a line feed, a carriage return, or both; other separators (U+2028, a form feed,
   NEL) are characters of a cell. Blank lines are no rows.
2. Of tab, comma and semicolon, cells are separated by what makes most of the heading.
3. Every row has as many cells as the heading.
4. Commas and semicolons: quotation marks as in RFC 4180, around cells and doubled inside them.
5. Tabs: likewise where the whole table obeys that, and reading every line as a row would give as
   many rows, or no table. Elsewhere quotation marks are ordinary characters, as in GLUE's files.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator

from explainer.base.quote import quote

SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon"}
LINE_END = re.compile(r"\r\n|\r|\n")

Record = tuple[int, list[str]]
"""The line where a row begins, and its cells."""


class LineError(Exception):
    """A line that cannot be read, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


def read_table(text: str, names: Collection[str]) -> list[Record]:
    """The heading, its names stripped, and the rows; `names` are those that somebody looks for.

    Raises LineError for a line that is no row.
    """
    separator, heading = _heading(text, names)
    cells = [name.strip() for name in heading]
    records = _tabbed(text) if separator == "\t" else _quoted(text, separator)
    for name in names:
        if cells.count(name) > 1:
            why = f"names more than one column {quote(name)}: name each once"
            raise LineError(records[0][0], why)
    return [(line, cells if place == 0 else row) for place, (line, row) in enumerate(records)]


def _heading(text: str, names: Collection[str]) -> tuple[str, list[str]]:
    """What separates the cells, and those of the heading."""

    def read(separator: str) -> list[str]:
        try:
            return next((cells for _, cells in _records(text, separator)), [])
        except LineError:
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
            raise LineError(line, _complaint(error)) from error
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
            raise LineError(line, f"has {fields} where the heading has {columns:,}: {advice}")
        found.append((line, cells))
    return found


def _tabbed(text: str) -> list[Record]:
    """Rows with tabs between: quotation marks around cells, or as ordinary characters."""
    if text.lstrip().startswith('"'):  # who quotes the heading quotes cells
        return _quoted(text, "\t")
    try:
        quoted = _quoted(text, "\t")
    except LineError as of_quoted:
        try:
            return _literal(text)
        except LineError as of_literal:
            # The reading that came further is the likelier one.
            raise max(of_quoted, of_literal, key=lambda broken: broken.line) from None
    try:
        literal = _literal(text)
    except LineError:
        return quoted
    return quoted if len(quoted) == len(literal) else literal
