"""What is known of a model over tasks: the project's own results, or those measured just now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.base import assets
from explainer.base.checks import text, whole
from explainer.base.numbers import between
from explainer.evaluation.evidence.finding import Finding
from explainer.evaluation.evidence.report import ABOUT, CONSISTENCY, FINDINGS, SUMMARY
from explainer.evaluation.evidence.summary import COLUMNS
from explainer.results.settings import Settings, completed

NEEDED = {SUMMARY: {*COLUMNS}, CONSISTENCY: {"model", "task", "combination", "measure", "n"}}
"""Columns without which a table is not what a report has written."""


@dataclass(frozen=True, eq=False)
class Results:
    """Of one model: `numbers` and `forms` as `evaluation.report` has them, and its findings.

    `said` tells where they come from, `tables` are all that can be saved, by name.
    """

    numbers: pd.DataFrame
    forms: pd.DataFrame
    findings: tuple[Finding, ...]
    said: str
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def stored_results(model: str) -> Results | None:
    """The project's own results of a model, None where there are none.

    Raises ExplainerError where the files that come with the project are not there.
    """
    files = _stored(str(assets.EVALUATION))
    numbers = _of(files[SUMMARY], model)
    if numbers.empty:
        return None
    forms = _of(files[CONSISTENCY], model)
    return Results(
        numbers,
        forms,
        tuple(finding for finding in files[FINDINGS] if finding.model == model),
        _origin([run for run in files[ABOUT] if run["model"] == model]),
        {"summary": numbers, "consistency": forms},
    )


@st.cache_data(max_entries=2, show_spinner=False)
def _stored(folder: str) -> dict[str, Any]:
    """The contents of the files, by name."""
    files: dict[str, Any] = {}
    for name in (SUMMARY, CONSISTENCY, FINDINGS, ABOUT):
        try:
            files[name] = _read(Path(folder) / name)
        except pd.errors.EmptyDataError:  # no form of sentence was common enough
            files[name] = pd.DataFrame()
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ExplainerError(
                f"The project's own results cannot be read: {name} is missing or damaged. Fetch "
                "the project's files again, or measure now."
            ) from error
    return files


def _read(path: Path) -> Any:
    """What a file holds; one of the named errors where that is not what a report has written."""
    if path.suffix == ".csv":
        table = pd.read_csv(path)
        if missing := NEEDED[path.name] - {*table.columns}:
            raise KeyError(*missing)
        return table
    found = json.loads(path.read_text(encoding="utf-8"))
    if path.name == FINDINGS:
        return [Finding.from_dict(item) for item in found]
    for run in found:
        text("model", run["model"])
        whole("number of sentences", run["evaluated"], 0)
        _settings(run)
    return found


def _settings(run: dict[str, Any]) -> Settings:
    return Settings(**completed(run["options"]["settings"]))


def _of(table: pd.DataFrame, model: str) -> pd.DataFrame:
    return table if table.empty else table[table["model"] == model]


def _origin(runs: list[dict[str, Any]]) -> str:
    """How many sentences of a task there are, and how the path was sampled."""
    settings = _settings(runs[0])
    return (
        f"The project’s own results: {between([run['evaluated'] for run in runs])} sentences of a "
        f"task, {settings.sampling}, {settings.searched}."
    )
