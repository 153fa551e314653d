"""What is known of a protocol on a task: the project's own results, or those measured just now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.base import assets
from explainer.base.checks import whole
from explainer.base.numbers import counted
from explainer.evaluation.evidence.protocols.measured import (
    COLUMNS,
    OWN_DRAWN_MORE,
    POINT_COLUMNS,
    POINTS_FILE,
    PROTOCOLS_FILE,
    RUNS_FILE,
    read_protocols,
)
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.results.settings import Settings, completed

REDRAWN = "redrawn-"
"""A model whose name begins so has every weight drawn anew, as a control."""


@dataclass(frozen=True, eq=False)
class Found:
    """`rows` of one model, task and protocol, and `points`, as `evidence.protocols.measured` has.

    `said` tells where they come from, `tasks` and `n` what a command asks for to measure them,
    `drawn` how the points were chosen, where not all cuts are equally likely.
    """

    rows: pd.DataFrame
    points: pd.DataFrame
    said: str
    tasks: tuple[str, ...]
    n: int
    settings: Settings
    drawn: str = ""


@dataclass(frozen=True)
class Run:
    """On how many sentences of which tasks a protocol was measured, and how."""

    tasks: Mapping[str, int]
    settings: Settings


@dataclass(frozen=True, eq=False)
class Stored:
    """The project's own results of all models."""

    table: pd.DataFrame
    points: pd.DataFrame
    runs: Mapping[tuple[str, str], Run]

    def of(self, model: str, task: str, protocol: str) -> Found | None:
        """Those of a model, task and protocol; over all tasks where there are none of the task."""
        of_protocol = self.table[
            (self.table["model"] == model) & (self.table["protocol"] == protocol)
        ]
        known = list(of_protocol["task"].unique())
        if not known:
            return None
        shown = task if task in known else (EVERY_TASK if EVERY_TASK in known else known[0])
        run = self.runs[model, protocol]
        rows = of_protocol[of_protocol["task"] == shown]
        tasks = tuple(run.tasks) if shown == EVERY_TASK else (shown,)
        settings = run.settings
        of = counted(len(tasks), "task") if len(tasks) > 1 else shown
        said = (
            f"The project’s own results: {counted(int(rows['n'].max()), 'sentence')} of {of}, "
            f"{settings.sampling}, {settings.searched}."
        )
        if shown != task:
            instead = "All tasks are shown together" if shown == EVERY_TASK else f"{shown} is shown"
            said += f" {instead}: of {task} by itself there are none, measure it now."
        points = self.points[self.points["model"] == model]
        if shown != EVERY_TASK:
            points = points[points["task"] == shown]
        n = max(run.tasks[name] for name in tasks)
        return Found(rows, points, said, tasks, n, settings, OWN_DRAWN_MORE)


def stored() -> Stored:
    """Raises ExplainerError where the files that come with the project are damaged."""
    return _stored(str(assets.EVALUATION))


@st.cache_data(max_entries=2, show_spinner=False)
def _stored(folder: str) -> Stored:
    place = Path(folder)
    if not (place / PROTOCOLS_FILE).exists():
        return Stored(pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(), {})
    name = PROTOCOLS_FILE
    try:
        table = read_protocols(place / name)
        name = POINTS_FILE
        points = pd.read_csv(place / name)[list(POINT_COLUMNS)]
        name = RUNS_FILE
        runs = {
            (run["model"], run["protocol"]): Run(
                run["tasks"], Settings(**completed(run["settings"]))
            )
            for run in json.loads((place / name).read_text(encoding="utf-8"))
        }
        for model, protocol, task in set(
            table[["model", "protocol", "task"]].itertuples(False, None)
        ):
            if task != EVERY_TASK:
                whole("number of sentences", runs[model, protocol].tasks[task], 0)
        table["n"].astype(int)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExplainerError(
            f"The project's own results cannot be read: {name} is missing or damaged. Fetch the "
            "project's files again."
        ) from error
    return Stored(table, points, runs)
