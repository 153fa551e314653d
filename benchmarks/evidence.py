"""What protocols found on the built-in models: the project's own results, and their tables.

Run `python -m benchmarks.evidence RUNS`, folders that `evaluate --protocols` filled; without them
what is stored is read. With `--write` it is stored in assets/evaluation, in place of what is there
of the same model and protocol: word scores task by task, the other protocols over all tasks; and
the tables of sanity are written between their marks in docs/reproduction.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.paper.document import DOCUMENT
from docs.marks import filled
from explainer.base.assets import EVALUATION
from explainer.evaluation.evidence.protocols.grid import grid
from explainer.evaluation.evidence.protocols.measured import (
    POINTS_FILE,
    PROTOCOLS_FILE,
    RUNS_FILE,
    protocol_points,
    protocol_runs,
    protocol_table,
    read_protocols,
)
from explainer.evaluation.evidence.protocols.report import markdown
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.sanity import SANITY
from explainer.evaluation.protocols.table import PROTOCOLS

BY_TASK = ("words",)
"""Protocols with enough sentences of each task."""
CUTS = 125
"""Of each model and kind, so many cuts of patterns' own heads, and as many others, are stored
for the scatter, drawn at random."""
SAME = ["model", "protocol"]


def main() -> None:
    """Parse the command line, print the tables and store what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="*", help="default: what is stored")
    parser.add_argument("--write", action="store_true", help="store it")
    options = parser.parse_args()
    table = read_protocols(EVALUATION / PROTOCOLS_FILE)
    if options.runs:
        table = together(table, overall(protocol_table(*options.runs)), SAME)
    print(markdown(table))
    if options.runs and options.write:
        points = pd.read_csv(EVALUATION / POINTS_FILE)
        new = protocol_runs(*options.runs)
        points = together(points, drawn(protocol_points(*options.runs)), ["model"])
        table.to_csv(EVALUATION / PROTOCOLS_FILE, index=False, float_format="%.4g")
        points.to_csv(EVALUATION / POINTS_FILE, index=False, float_format="%.3g")
        runs = {(run["model"], run["protocol"]): run for run in (*stored_runs(), *new)}
        text = json.dumps(list(runs.values()), indent=1, ensure_ascii=False) + "\n"
        (EVALUATION / RUNS_FILE).write_text(text, encoding="utf-8")
        DOCUMENT.write_text(
            filled(DOCUMENT, sections(read_protocols(EVALUATION / PROTOCOLS_FILE))),
            encoding="utf-8",
        )


def sections(table: pd.DataFrame) -> dict[str, str]:
    """What stands in the document between marks: the tables of sanity, over all tasks."""
    lines = []
    for model, rows in table[table["protocol"] == SANITY.name].groupby("model", sort=False):
        (task,) = rows["task"].unique()
        most = rows.loc[rows["n"].idxmax()]
        said = f"{most['n']:,} sentences, {most['clusters']:,} lexemes"
        lines += [f"`{model}`, {task}, up to {said}:", "", *grid(rows, Condition()).table(), ""]
    return {SANITY.name: "\n".join(lines).rstrip()}


def stored_runs() -> list[dict[str, Any]]:
    """What the stored results were measured on."""
    found: list[dict[str, Any]] = json.loads((EVALUATION / RUNS_FILE).read_text(encoding="utf-8"))
    return found


def together(stored: pd.DataFrame, new: pd.DataFrame, same: list[str]) -> pd.DataFrame:
    """The stored rows, and the new ones in place of those that are alike in `same`."""
    known = pd.MultiIndex.from_frame(new[same])
    kept = stored[~pd.MultiIndex.from_frame(stored[same]).isin(known)]
    order = {name: place for place, name in enumerate(pd.concat([stored, new])["model"].unique())}
    whole = pd.concat([kept, new]) if len(kept) else new
    return whole.sort_values("model", key=lambda column: column.map(order), kind="stable")


def overall(table: pd.DataFrame) -> pd.DataFrame:
    """Without what is not shown, and the single tasks of protocols that have few sentences of
    each."""
    hidden = [
        table["protocol"].eq(name) & table["measure"].eq(measure)
        for name, protocol in PROTOCOLS.items()
        for measure, quantity in protocol.quantities.items()
        if not quantity.shown
    ]
    table = table[~pd.concat(hidden, axis=1).any(axis=1)]
    several = table.groupby(SAME)["task"].transform("nunique") > 1
    single = several & (table["task"] != EVERY_TASK) & ~table["protocol"].isin(BY_TASK)
    return table[~single]


def drawn(points: pd.DataFrame) -> pd.DataFrame:
    """Some of the cuts of each model and kind."""
    groups = [
        found.sample(min(CUTS, len(found)), random_state=0)
        for _, found in points.groupby(["model", "of", "own"], sort=False)
    ]
    return pd.concat(groups) if groups else points


if __name__ == "__main__":
    main()
