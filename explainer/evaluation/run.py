"""A run: the sentences of one task under one model, a record each, kept in a folder.

The folder holds `run.json`, what the run is, and `records.jsonl`, one line for each sentence that
is done. A run that was stopped goes on where it was, and one that is asked for more sentences
adds them; another run does not write into its folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from explainer.errors import ExplainerError
from explainer.evaluation.cases import Sentences, cases_of
from explainer.evaluation.options import Options
from explainer.evaluation.question import contrast_of
from explainer.evaluation.sentence import Fillings, evaluate_sentence, fillings
from explainer.models.model import Model
from explainer.tasks import Case

RUN, RECORDS = "run.json", "records.jsonl"
SCHEMA = 1

Line = dict[str, Any]
"""Plain values: a record, or a sentence that was left out and why; and what a run is."""


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
) -> None:
    """Evaluate those of the run's first `n` sentences that `folder` does not hold yet.

    `progress` hears how many of all are done. Raises ExplainerError for a folder of another run,
    or a task that the model cannot do.
    """
    cases = cases_of(run.sentences, n)
    contrast_of(model, cases[0])
    done = _open(run.described(model), folder)
    shared = fillings(model, run.options)
    with (folder / RECORDS).open("a", encoding="utf-8") as file:
        for number, case in enumerate(cases):
            if number not in done:
                line = line_of(model, case, number, run.options, shared)
                file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
                file.flush()
            if progress is not None:
                progress(number + 1, len(cases))


def read_records(folder: Path) -> list[Line]:
    """The lines of a folder's records, by number."""
    records = folder / RECORDS
    if not records.exists():
        return []
    with records.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return sorted(lines, key=lambda line: line["number"])


def _open(described: Line, folder: Path) -> set[int]:
    """The numbers of the sentences that `folder` holds already; a new folder gets its files."""
    file, records = folder / RUN, folder / RECORDS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            if records.exists():
                raise ExplainerError(
                    f"The folder {folder} holds {RECORDS} without {RUN}: choose an empty folder."
                )
            file.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
        elif json.loads(file.read_text(encoding="utf-8")) != described:
            raise ExplainerError(
                f"The folder {folder} holds another run (its {RUN} says which): choose another "
                "folder, or give the same options to go on with that run."
            )
        _drop_torn_line(records)
    except OSError as error:
        raise ExplainerError(
            f"The folder {folder} cannot be written: {error.strerror}. Choose another."
        ) from error
    return {line["number"] for line in read_records(folder)}


def _drop_torn_line(records: Path) -> None:
    """Cut off what was being written when a run was killed."""
    if records.exists():
        whole = records.read_bytes()
        end = whole.rfind(b"\n") + 1
        if end < len(whole):
            with records.open("r+b") as file:
                file.truncate(end)


def line_of(model: Model, case: Case, number: int, options: Options, shared: Fillings) -> Line:
    """The record of a sentence, or why it has none."""
    try:
        return evaluate_sentence(model, case, number, options, shared).to_dict()
    except ExplainerError as error:
        return {"task": case.kind, "number": number, "text": case.text, "left_out": str(error)}
