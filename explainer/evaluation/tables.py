"""The records of runs as tidy tables: a row per sentence, per pattern, per outcome, per share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from explainer.errors import ExplainerError
from explainer.evaluation.run import RUN, Line, read_records

KEYS = ("model", "task", "number", "combination")


@dataclass(frozen=True, eq=False)
class Tables:
    """Rows of all runs of a folder, told apart by `model`, `task`, `number` and `combination`.

    `sentences`: Q and what else there is once a sentence; `patterns`: one row per word, the
    strongest first, nodes and components written with spaces between; `outcomes`: Q of an ablated
    model by method, level, words and mode; `carried`: shares of influence by method, level and
    words. Influences and Q in logits, shares of 1.
    """

    sentences: pd.DataFrame
    patterns: pd.DataFrame
    outcomes: pd.DataFrame
    carried: pd.DataFrame

    def named(self) -> dict[str, pd.DataFrame]:
        """The tables by the names of their files."""
        return dict(vars(self))


def read_runs(folder: Path) -> list[Line]:
    """What the runs in `folder` are, each with its `task` and how many sentences are `done`."""
    return [
        {
            "task": run.parent.name,
            **json.loads(run.read_text(encoding="utf-8")),
            "done": len(read_records(run.parent)),
        }
        for run in sorted(folder.glob(f"*/{RUN}"))
    ]


def read_tables(folder: Path) -> Tables:
    """The tables of all runs in `folder`, each in a folder of its own.

    Raises ExplainerError if no sentence has been evaluated there.
    """
    lines = [
        {"model": json.loads(run.read_text(encoding="utf-8"))["model"], **line}
        for run in sorted(folder.glob(f"*/{RUN}"))
        for line in read_records(run.parent)
        if "left_out" not in line
    ]
    if not lines:
        raise ExplainerError(f"The folder {folder} holds no evaluated sentences: run a task first.")
    return tables_of(lines)


def tables_of(records: list[Line]) -> Tables:
    """The tables of records that name their `model`."""

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
    )


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
        table.to_parquet(parquet, index=False)
        table.to_csv(text, index=False)
        files += [parquet, text]
    return tuple(files)
