"""The records of runs as tidy tables: a row per sentence, per pattern, per outcome, per share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from explainer.base.errors import ExplainerError
from explainer.base.files import named, write_whole
from explainer.evaluation.line import Line
from explainer.evaluation.stored import Stored, stored_runs

KEYS = ("model", "task", "number", "combination")
LEFT_OUT = ("model", "task", "number", "text", "reason")


@dataclass(frozen=True, eq=False)
class Tables:
    """Rows of all runs of a folder, told apart by `model`, `task`, `number` and `combination`.

    `sentences`: Q and what else there is once a sentence; `patterns`: one row per word, the
    strongest first, nodes and components written with spaces between; `outcomes`: Q of an ablated
    model by method, level, words and mode; `carried`: shares of influence by method, level and
    words; `left_out`: the sentences that are in no other table, and why (`LEFT_OUT`). Influences
    and Q in the sentence's `unit`, shares of 1.
    """

    sentences: pd.DataFrame
    patterns: pd.DataFrame
    outcomes: pd.DataFrame
    carried: pd.DataFrame
    left_out: pd.DataFrame

    def named(self) -> dict[str, pd.DataFrame]:
        """The tables by the names of their files."""
        return dict(vars(self))


def read_tables(folder: Path) -> Tables:
    """The tables of all runs in `folder`, each in a folder of its own.

    Raises ExplainerError if no sentence has been evaluated there, or something is damaged.
    """
    return tables_of_runs(stored_runs(folder), folder)


def tables_of_runs(runs: Sequence[Stored], folder: Path) -> Tables:
    """The tables of the runs that `folder` holds; raises ExplainerError if they have no numbers."""
    lines = [{"model": run.run["model"], **line} for run in runs for line in run.lines]
    if all("left_out" in line for line in lines):
        if not lines:
            raise ExplainerError(
                f"The folder {named(folder)} holds no evaluated sentences: run a task first."
            )
        raise ExplainerError(
            f"The folder {named(folder)} holds no evaluated sentences, because all "
            f"{len(lines):,} were left out. The first: {lines[0]['left_out']}"
        )
    return tables_of(lines)


def tables_of(lines: Sequence[Line]) -> Tables:
    """The tables of lines that name their `model`."""
    records = [line for line in lines if "left_out" not in line]

    def rows(part: str) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {**{key: record[key] for key in KEYS}, **_flat(item)}
                for record in records
                for item in record[part]
            ]
        )

    return Tables(
        sentences=pd.DataFrame([_sentence(record) for record in records]),
        patterns=rows("patterns"),
        outcomes=rows("outcomes"),
        carried=rows("carried"),
        left_out=left_out_of(lines),
    )


def left_out_of(lines: Sequence[Line]) -> pd.DataFrame:
    """The table of sentences that were left out, from lines that name their `model`."""
    rows = [
        (*(line[name] for name in LEFT_OUT[:-1]), line["left_out"])
        for line in lines
        if "left_out" in line
    ]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def _sentence(record: Line) -> Line:
    """The fields of a record that a sentence has once, its layers as columns of their own."""
    once = {
        name: value
        for name, value in record.items()
        if name not in ("patterns", "outcomes", "carried", "skip_flow", "signed_skip_flow", "paths")
    }
    layers = {
        f"{name}_{layer}": share
        for name in ("skip_flow", "signed_skip_flow")
        for layer, share in enumerate(record[name])
    }
    # Paths of deep models are more than a column of whole numbers can hold.
    paths = dict(
        zip(("paths_embedding", "paths_attention"), map(float, record["paths"]), strict=True)
    )
    return {**_flat(once), "words": len(record["patterns"]), **layers, **paths}


def _flat(item: Line) -> Line:
    """Lists as text, so that every table can be a CSV file too."""
    return {
        name: " ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in item.items()
    }


def write_tables(tables: Tables, folder: Path) -> tuple[Path, ...]:
    """Write every table as Parquet and CSV; the files written."""
    files = []
    for name, table in tables.named().items():
        parquet, text = folder / f"{name}.parquet", folder / f"{name}.csv"
        write_whole(parquet, table.to_parquet(index=False))
        write_whole(text, table.to_csv(index=False))
        files += [parquet, text]
    return tuple(files)
