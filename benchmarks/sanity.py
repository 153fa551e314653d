"""What of a pattern stays when it should go, and when it should not: the table of the documents.

Run `python -m benchmarks.sanity --out FOLDER` (options: --help). The sanity protocol is run over
the first sentences of some tasks of both built-in models, as `run_protocols` does it, which goes on
where it was stopped; then every condition has a row. Intervals are over controllers, which several
sentences of a task share.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from explainer import Run, Sentences, load_model, run_protocols
from explainer.evaluation.evidence.bootstrap import ratio, resampling
from explainer.evaluation.evidence.written import written
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.run import FOLDER, wrong_line
from explainer.evaluation.protocols.sanity import SANITY
from explainer.evaluation.stored import read_records

TASKS = ("sva-obj", "sva-pp", "reflexive-gender", "sentiment")


def main() -> None:
    """Run what is not there yet, and print a table for each model."""
    parser = argparse.ArgumentParser(description="Does a pattern go when it should?")
    parser.add_argument("--out", type=Path, required=True, help="folder of the measurements")
    parser.add_argument("--n", type=int, default=20, help="sentences of each task (default: 20)")
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    options = parser.parse_args()
    by_model: dict[str, list[str]] = {}
    for task in options.tasks:
        by_model.setdefault("sentiment" if task == "sentiment" else "agreement", []).append(task)
    for name, tasks in by_model.items():
        model = load_model(name)
        for task in tasks:
            run = Run(name, Sentences(task=task), EvaluationOptions())
            run_protocols(run, model, options.n, options.out / task, (SANITY.name,))
        print(
            "\n".join(table(name, _measured(options.out, tasks, options.n))), end="\n\n", flush=True
        )


def _measured(folder: Path, tasks: Sequence[str], n: int) -> pd.DataFrame:
    """Every measurement of the tasks' first `n` sentences, one by one, with its cluster."""
    lines = (
        line
        for task in tasks
        for line in read_records(folder / task / FOLDER / SANITY.name, wrong_line)
        if "left_out" not in line and line["number"] < n
    )
    rows = [{"cluster": line["cluster"], **one} for line in lines for one in line["measurements"]]
    return pd.DataFrame(rows)


def table(name: str, measured: pd.DataFrame) -> list[str]:
    """A row for each condition, in the order in which they are measured, the mean of sentences."""
    measures = list(SANITY.quantities)
    labels = [quantity.label for quantity in SANITY.quantities.values()]
    lines = [f"| `{name}` | {' | '.join(labels)} | n |", "|---" * (2 + len(labels)) + "|"]
    for condition in measured["condition"].unique():
        rows = measured[measured["condition"] == condition]
        cells = [_cell(rows[rows["measure"] == measure], measure) for measure in measures]
        n = rows.groupby("measure")["value"].count().max()
        lines.append(f"| {condition} | {' | '.join(cells)} | {n} |")
    return lines


def _cell(rows: pd.DataFrame, measure: str) -> str:
    known = rows.dropna(subset="value")
    if known.empty:
        return "–"
    of = known.groupby("cluster", sort=True)["value"]
    sums, sizes = of.sum().to_numpy(dtype=float), of.size().to_numpy(dtype=float)
    found = ratio(resampling(len(sums)), sums, sizes)
    percent = SANITY.quantities[measure].percent
    return written(found.value, found.low, found.high, percent=percent).replace(
        "\N{NO-BREAK SPACE}", " "
    )


if __name__ == "__main__":
    main()
