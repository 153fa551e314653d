"""The project's own results in assets/evaluation: their findings again, and rows of another run.

Run `python -m benchmarks.stored` to write the findings anew from the stored tables, whose sentences
are not kept, and of how many nouns the numbers are, which the tasks' sentences tell; with
`--add RUNS`, a folder that `python -m explainer evaluate` filled, the summary's rows of methods and
quantities that are not there yet come first, each with its own n.
"""

from __future__ import annotations

import argparse
import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from explainer.base.files import write_whole
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.report import (
    ABOUT,
    CONSISTENCY,
    FINDINGS,
    SUMMARY,
    findings_json,
)
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.question import cluster_of
from explainer.evaluation.reading.cases import Columns, Sentences, cases_of

STORED = Path(__file__).resolve().parents[1] / "assets" / "evaluation"
SAME = ["model", "task", "quantity", "method"]
"""Rows that are alike in these are of one table already."""


def added(stored: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The stored summary with the new one's rows whose quantity of a method it lacks."""
    known = pd.MultiIndex.from_frame(stored[SAME])
    lacking = new[~pd.MultiIndex.from_frame(new[SAME]).isin(known)]
    whole = pd.concat([stored, lacking])
    order = {name: place for place, name in enumerate(stored["model"].unique())}
    return whole.sort_values("model", key=lambda column: column.map(order), kind="stable")


def add(runs: Path, folder: Path) -> None:
    """Add what the stored summary in `folder` lacks from `runs`, and say so in its list of runs."""
    stored, new = (pd.read_csv(place / SUMMARY) for place in (folder, runs))
    write_whole(folder / SUMMARY, added(stored, new).to_csv(index=False))
    about, more = (
        json.loads((place / ABOUT).read_text(encoding="utf-8")) for place in (folder, runs)
    )
    kept = [run for run in about if not run.get("added")]
    whole = [*kept, *({**run, "added": True} for run in more)]
    write_whole(folder / ABOUT, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")


def with_clusters(table: pd.DataFrame, about: list[dict[str, Any]]) -> pd.DataFrame:
    """The summary with the number of nouns that the first `n` sentences of its runs depend on.

    Of all tasks together each has as many. Where sentences of one were left out, or are a person's
    own, nobody can tell.
    """
    runs = {
        (run["model"], run["task"]): Sentences(**{**run["sentences"], "columns": Columns()})
        for run in about
        if run["sentences"].get("file") is None and not run.get("left_out")
    }

    untold = {run["model"] for run in about if (run["model"], run["task"]) not in runs}

    @cache
    def nouns(model: str, task: str, n: int) -> float:
        if task == EVERY_TASK and model in untold:
            return float("nan")
        tasks = [name for of, name in runs if of == model and task in (name, EVERY_TASK)]
        each, over = divmod(n, max(len(tasks), 1))
        if not tasks or over:
            return float("nan")
        known = (cases_of(runs[model, name], each) for name in tasks)
        return len({cluster_of(case) for cases in known for case in cases})

    keys = zip(table["model"], table["task"], table["n"], strict=True)
    found = pd.Series([nouns(*key) for key in keys], index=table.index, dtype="Int64")
    place = table.columns.get_loc("n") + 1
    rest = table.drop(columns="clusters", errors="ignore")
    rest.insert(place, "clusters", found)
    return rest


def main() -> None:
    """Parse the command line and write the findings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=STORED, help="default: %(default)s")
    parser.add_argument("--add", type=Path, metavar="RUNS", help="a run with further rows")
    options = parser.parse_args()
    if options.add is not None:
        add(options.add, options.folder)
    about = json.loads((options.folder / ABOUT).read_text(encoding="utf-8"))
    table = with_clusters(pd.read_csv(options.folder / SUMMARY), about)
    write_whole(options.folder / SUMMARY, table.to_csv(index=False))
    found = findings(*(pd.read_csv(options.folder / name) for name in (SUMMARY, CONSISTENCY)))
    write_whole(options.folder / FINDINGS, findings_json(found))
    for finding in found:
        print(finding.text)


if __name__ == "__main__":
    main()
