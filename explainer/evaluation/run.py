"""A run: the sentences of one task under one model, a record each, kept in a folder.

The folder holds `run.json`, what the run is, `records.jsonl`, one line for each sentence that is
done, and `run.lock`, which the system holds locked while a run writes and frees when it ends,
however it ends. A run that was stopped goes on where it was, and one that is asked for more
sentences adds them; another run does not write into its folder, nor two at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from explainer.base.budget import given_budget
from explainer.base.errors import ExplainerError
from explainer.base.files import cannot_write, named, write_whole
from explainer.base.quote import quote
from explainer.evaluation.line import Line
from explainer.evaluation.options import Options
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.sentence import Fillings, evaluate_sentence, fillings
from explainer.evaluation.stored import RECORDS, RUN, SCHEMA, read_records, read_run
from explainer.models.model import Model
from explainer.tasks import Case

LOCK = "run.lock"


@dataclass(frozen=True)
class Run:
    """What is run: sentences, the model's name, and options."""

    model: str
    sentences: Sentences
    options: Options

    def described(self, model: Model) -> dict[str, Any]:
        """Plain values, as in `run.json`, with what `model` is."""
        choices: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        known = {"info": asdict(model.info), "fingerprint": fingerprint(model)}
        return {"schema": SCHEMA, **choices, **known}


def fingerprint(model: Model) -> str:
    """SHA-256 of the model's weights: the same name may come to stand for another model."""
    digest = sha256()
    for name, weight in sorted(model.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def evaluate(
    run: Run,
    model: Model,
    n: int,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    memory: int | str | None = None,
) -> None:
    """Evaluate those of the run's first `n` sentences that `folder` does not hold yet.

    Each becomes a line of JSON in the folder, as `Record.to_dict` writes it, or says why it is left
    out; `write_report` makes tables of them. `model` is what `load_model(run.model)` gives.
    `progress` hears how many of all are done; `memory` is as in `explain`. Raises ExplainerError
    for a folder of another run, one where another run is writing, one that is damaged or cannot be
    written, or a task that the model cannot do.
    """
    budget = given_budget(memory, model.adapter.device)
    cases = cases_of(run.sentences, n)
    check_cases(model, cases)
    with _held(folder):
        done = _open(run, model, n, folder)
        shared = fillings(model, run.options)
        for number, case in enumerate(cases):
            if number not in done:
                line = line_of(model, case, number, run.options, shared, budget)
                _append(folder / RECORDS, line)
            if progress is not None:
                progress(number + 1, len(cases))


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there, for this run alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ExplainerError(
            f"The folder {named(folder)} is in use, because another run is writing there: wait "
            "until it ends, or choose another folder."
        ) from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def _open(run: Run, model: Model, n: int, folder: Path) -> set[int]:
    """The numbers of the sentences that `folder` holds already; a new folder gets its files."""
    records, described = folder / RECORDS, run.described(model)
    if not (folder / RUN).exists():
        if records.exists():
            raise ExplainerError(
                f"The folder {named(folder)} holds {RECORDS} without {RUN}: choose an empty folder."
            )
        write_whole(folder / RUN, json.dumps(described, indent=1) + "\n")
    elif read_run(folder) != described:
        raise ExplainerError(
            f"The folder {named(folder)} holds another run (its {RUN} says which): choose another "
            "folder, or give the same options to go on with that run."
        )
    lines = read_records(folder)
    if lines:
        _check_same(lines, cases_of(run.sentences, max(n, lines[-1]["number"] + 1)), folder)
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


def line_of(
    model: Model,
    case: Case,
    number: int,
    options: Options,
    shared: Fillings,
    memory: int | str | None = None,
) -> Line:
    """The record of a sentence, or why it has none."""
    try:
        return evaluate_sentence(model, case, number, options, shared, memory).to_dict()
    except ExplainerError as error:
        return {"task": case.kind, "number": number, "text": case.text, "left_out": str(error)}
