"""What runs of `evaluate` show of the paper's claims, and what the project keeps of it.

In assets/evaluation are the summary, the forms of sentence, the findings and what the runs were;
the sentences' records are not kept. Runs of a file of a person's own are not stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from explainer.base.assets import EVALUATION
from explainer.base.files import write_whole
from explainer.evaluation.evidence.finding import Finding
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.report import (
    ABOUT,
    CONSISTENCY,
    FINDINGS,
    SUMMARY,
    about,
    findings_json,
    json_text,
    report,
)
from explainer.evaluation.evidence.tables import tables_of_runs
from explainer.evaluation.stored import Stored, stored_runs

DIGITS = "%.6g"
"""Numbers are stored with more digits than any table shows."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """A summary, its forms of sentence and what its runs are, of one model or several.

    `name` is the own file's task, whose numbers are not stored, or empty.
    """

    numbers: pd.DataFrame
    forms: pd.DataFrame
    about: list[dict[str, Any]]
    name: str = ""

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the numbers say to the paper's claims."""
        return findings(self.numbers, self.forms)

    @property
    def models(self) -> list[str]:
        """The models in their order."""
        return list(dict.fromkeys(self.numbers["model"]))

    def of(self, model: str) -> Evidence:
        """The same of one model."""
        forms = self.forms
        return Evidence(
            self.numbers[self.numbers["model"] == model],
            forms[forms["model"] == model] if len(forms) else forms,
            [run for run in self.about if run["model"] == model],
            self.name,
        )


def measured(*folders: Path) -> Iterator[Evidence]:
    """What the runs in these folders show: those of the project's tasks together, and each of a
    person's own file by itself. Raises ExplainerError as `stored_runs` and `tables_of_runs` do."""
    runs = stored_runs(*folders)
    own = [run for run in runs if run.run["sentences"].get("file") is not None]
    of_tasks = [run for run in runs if run not in own]
    if of_tasks or not runs:
        yield _evidence(of_tasks, folders[0])
    for run in own:
        yield _evidence([run], run.folder, run.task)


def _evidence(runs: list[Stored], folder: Path, name: str = "") -> Evidence:
    found = report(tables_of_runs(runs, folder))
    numbers, forms = (_rounded(table) for table in (found.summary, found.consistency))
    return Evidence(numbers, forms, list(about(runs, found.counts)), name)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """As it comes back from its file, so that findings are those of what is stored."""
    return pd.read_csv(StringIO(_csv(table))) if len(table) else table


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, float_format=DIGITS)


def read(folder: Path = EVALUATION) -> Evidence:
    """What is stored."""
    numbers, forms = (pd.read_csv(folder / name) for name in (SUMMARY, CONSISTENCY))
    return Evidence(numbers, forms, json.loads((folder / ABOUT).read_text(encoding="utf-8")))


def store(new: Evidence, folder: Path = EVALUATION) -> Evidence:
    """Store evidence in place of what there is of its models, and return all that is stored."""
    old = read(folder)
    order = list(dict.fromkeys([*old.models, *new.models]))
    parts = [new.of(model) if model in new.models else old.of(model) for model in order]
    numbers, forms = (
        pd.concat([table for part in parts if len(table := getattr(part, name))])
        for name in ("numbers", "forms")
    )
    runs = [run for part in parts for run in part.about]
    write_whole(folder / SUMMARY, _csv(numbers))
    write_whole(folder / CONSISTENCY, _csv(forms))
    write_whole(folder / ABOUT, json_text(runs))
    whole = read(folder)
    write_whole(folder / FINDINGS, findings_json(whole.findings))
    return whole
