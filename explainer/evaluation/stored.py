"""What a run's folder holds, read back: everything is checked, and what is damaged is named.

`run.json` says what the run is. `records.jsonl` has one line of JSON for each sentence that is
done. Its last line counts only once it is whole: a run that is going on, or was killed, may have
written half of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from explainer.base.begun import RUN
from explainer.base.errors import ExplainerError
from explainer.base.files import check_plain, named
from explainer.base.quote import quote
from explainer.evaluation.line import Line, with_cluster, with_unit, wrong_field
from explainer.evaluation.reading.cases import Columns
from explainer.results.settings import completed

RECORDS = "records.jsonl"
SCHEMA = 1
TIMED = "seconds"
"""What may differ between two records of one sentence."""

DESCRIBED = {"model": str, "sentences": dict, "options": dict, "info": dict, "fingerprint": str}


@dataclass(frozen=True)
class Stored:
    """One run: its folder, what it is, and its lines by number."""

    folder: Path
    run: Line
    lines: tuple[Line, ...]

    @property
    def task(self) -> str:
        """What its sentences are of."""
        return str(self.run["sentences"]["task"])


def stored_runs(*folders: Path) -> tuple[Stored, ...]:
    """All runs in `folders`, each in a folder of its own.

    Raises ExplainerError, naming the file and the line, for what is damaged; and where a sentence
    would count twice, or two models under one name.
    """
    found = tuple(
        Stored(file.parent, read_run(file.parent), tuple(read_records(file.parent)))
        for folder in folders
        for file in sorted(folder.glob(f"*/{RUN}"))
    )
    tasks: dict[tuple[str, str], Stored] = {}
    models: dict[str, Stored] = {}
    for run in found:
        name = run.run["model"]
        other = tasks.setdefault((name, run.task), run)
        if other is not run:
            raise ExplainerError(
                f"The folders {named(other.folder)} and {named(run.folder)} both hold the task "
                f"{quote(run.task)} of {quote(name)}, whose sentences would count twice: move one "
                "of them elsewhere."
            )
        other = models.setdefault(name, run)
        if other.run["fingerprint"] != run.run["fingerprint"]:
            raise ExplainerError(
                f"The folders {named(other.folder)} and {named(run.folder)} hold runs of two "
                f"models that are both called {quote(name)}: move one of them elsewhere."
            )
    return found


def read_run(folder: Path) -> Line:
    """What the run in `folder` is; raises ExplainerError where that cannot be read."""
    file = folder / RUN
    found = _parsed(file, _content(file), None)
    schema = found.get("schema")
    if schema != SCHEMA:
        raise ExplainerError(
            f"{named(file)} has the schema {quote(str(schema))}, of which only {SCHEMA} can be "
            "read: use the version of the program that wrote it, or another folder."
        )
    wrong = [name for name, kind in DESCRIBED.items() if type(found.get(name)) is not kind]
    if not wrong and not (
        type(found["sentences"].get("task")) is str
        and type(found["sentences"].get("columns", {})) is dict
    ):
        wrong = ["sentences"]
    if not wrong and type(found["options"].get("settings")) is not dict:
        wrong = ["options"]
    if wrong:
        _damaged(file, None, f"{wrong[0]} is missing or of a wrong type")
    # Runs from before columns could be named, each of them and searches.
    found["sentences"]["columns"] = asdict(Columns()) | found["sentences"].get("columns", {})
    found["options"]["settings"] = completed(found["options"]["settings"])
    return found


def read_records(folder: Path, wrong: Callable[[Line], str | None] = wrong_field) -> list[Line]:
    """The lines of a folder's records by number, each number once.

    `wrong` names the first field of a line that is not as it was written. Raises ExplainerError,
    naming the line, for one that is no record, and for two that differ.
    """
    file = folder / RECORDS
    if not file.exists():
        return []
    found: dict[int, tuple[int, Line]] = {}
    *whole, _torn = _content(file).split(b"\n")
    for line, content in enumerate(whole, 1):
        record = with_unit(with_cluster(_parsed(file, content, line)))
        if field := wrong(record):
            _damaged(file, line, f"{field} is missing or of a wrong type")
        first, known = found.setdefault(record["number"], (line, record))
        if {**known, TIMED: 0} != {**record, TIMED: 0}:
            number = record["number"]
            _damaged(file, line, f"number {number} has another record on line {first:,}")
    return [found[number][1] for number in sorted(found)]


def _content(file: Path) -> bytes:
    try:
        check_plain(file)
        return file.read_bytes()
    except OSError as error:
        raise ExplainerError(
            f"{named(file)} cannot be read ({error.strerror}): choose another folder."
        ) from error


def _parsed(file: Path, content: bytes, line: int | None) -> Line:
    """The JSON object of a file, or of one of its lines."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number")

    try:
        found = json.loads(content.decode(), parse_constant=refuse)
    except UnicodeDecodeError:
        _damaged(file, line, "it is not UTF-8 text")
    except (ValueError, RecursionError):
        _damaged(file, line, "it is not JSON")
    if not isinstance(found, dict):
        _damaged(file, line, "it is JSON, but no object")
    return found


def _damaged(file: Path, line: int | None, why: str) -> NoReturn:
    place, advice = (
        ("", "restore the file, or choose another folder")
        if line is None
        else (f" on line {line:,}", "delete that line, and the sentence is evaluated again")
    )
    raise ExplainerError(f"{named(file)} is damaged{place} ({why}): {advice}.")
