"""A folder in which the lines of a run are kept, one for each sentence, safe from its end.

The folder holds `run.json`, what the run is, `records.jsonl`, one line for each sentence that is
done, and `run.lock`, which the system holds locked while a run writes and frees when it ends,
however it ends. A run that was stopped goes on where it was, and one that is asked for more
sentences adds them; another run does not write into its folder, nor two at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from explainer.base.begun import begun
from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named
from explainer.base.lock import held
from explainer.base.quote import quote
from explainer.evaluation.line import Line, wrong_field
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.stored import RECORDS, read_records, read_run
from explainer.tasks import Case


@dataclass(frozen=True)
class Keeping:
    """The `folder` of a run that is `described` in plain values, of these `sentences`.

    `wrong` names the first field of a line that is not as such a run writes it.
    """

    folder: Path
    described: Line
    sentences: Sentences
    wrong: Callable[[Line], str | None] = wrong_field

    def up_to(
        self,
        n: int,
        line_of: Callable[[Case, int], Line],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Make and keep the lines of those of the first `n` sentences that the folder lacks.

        `progress` hears how many of all are done. Raises ExplainerError for a folder of another
        run, one where another run is writing, and one that is damaged or cannot be written.
        """
        cases = cases_of(self.sentences, n)
        with held(self.folder):
            done = self._open(n)
            for number, case in enumerate(cases):
                if number not in done:
                    _append(self.folder / RECORDS, line_of(case, number))
                if progress is not None:
                    progress(number + 1, len(cases))

    def _open(self, n: int) -> set[int]:
        """The numbers of the sentences that `folder` holds already; a new folder gets its files."""
        folder, records = self.folder, self.folder / RECORDS
        begun(folder, self.described, read_run, (RECORDS,))
        lines = read_records(folder, self.wrong)
        if lines:
            _check_same(lines, cases_of(self.sentences, max(n, lines[-1]["number"] + 1)), folder)
        _drop_torn_line(records)
        return {line["number"] for line in lines}


def _check_same(lines: list[Line], cases: tuple[Case, ...], folder: Path) -> None:
    """Refuse records of other sentences: a person's file may have changed since."""
    for line in lines:
        number = line["number"]
        asked = asdict(cases[number]) if number < len(cases) else {"text": ""}
        known = ("text", "correct", "wrong", "combination")
        if any(line[name] != asked[name] for name in known if name in line and name in asked):
            raise ExplainerError(
                f"The folder {named(folder)} holds as sentence {number + 1:,} "
                f"{quote(line['text'])}, which is not what is asked for now: choose another "
                "folder for sentences that have changed."
            )


def _drop_torn_line(records: Path) -> None:
    """Cut off what was being written when a run was killed."""
    try:
        whole = records.read_bytes() if records.exists() else b""
        end = whole.rfind(b"\n") + 1
        if end < len(whole):
            os.truncate(records, end)
    except OSError as error:
        raise cannot_write(records, error) from error


def _append(records: Path, line: Line) -> None:
    """Add a line, or nothing where there is no room for all of it."""
    data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
    try:
        before = records.stat().st_size if records.exists() else 0
        try:
            with records.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                os.truncate(records, before)
            raise
    except OSError as error:
        raise cannot_write(records, error) from error
