"""The report of protocols: every table, its verdict first, as Markdown and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from explainer.base.files import write_whole
from explainer.evaluation.evidence.protocols.claims import judged
from explainer.evaluation.evidence.protocols.grid import conditions, grid, standing
from explainer.evaluation.evidence.protocols.measured import PROTOCOLS_FILE, protocol_table
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.table import PROTOCOLS

PROTOCOLS_REPORT = "protocols.md"


def markdown(table: pd.DataFrame) -> str:
    """Every protocol of every model, task by task, as Markdown: the verdict first."""
    lines = ["# Protocols", "", READING, ""]
    for (model, name), rows in table.groupby(["model", "protocol"], sort=False):
        protocol = PROTOCOLS[str(name)]
        lines += [f"## {model}: {protocol.label}", "", protocol.asks, ""]
        lines += [protocol.control, ""]
        for task, of_task in rows.groupby("task", sort=False):
            for condition in conditions(of_task):
                found = grid(of_task, condition)
                said = f", {condition}" if str(condition) else ""
                lines += [f"### {task}{said}", "", *_said(of_task, condition), ""]
                lines += [*found.table(), ""]
                lines += [*(f"- {note}" for note in found.notes), ""] if found.notes else []
    return "\n".join(lines)


def verdicts(table: pd.DataFrame) -> Iterator[str]:
    """A line for every protocol of every model: over all of its tasks, or of its one; and one on
    what would have refuted it."""
    for (model, name), rows in table.groupby(["model", "protocol"], sort=False):
        task = EVERY_TASK if (rows["task"] == EVERY_TASK).any() else rows["task"].iloc[0]
        of_task = rows[rows["task"] == task]
        for condition in conditions(of_task):
            where = ", ".join(filter(None, map(str, (model, name, task, condition))))
            yield f"{where}: {' '.join(_said(of_task, condition))}"
        yield f"{model}, {name}: {PROTOCOLS[str(name)].control}"


def _said(rows: pd.DataFrame, condition: Condition) -> Iterator[str]:
    """The verdict on what is first claimed, and how the own method stands on every measure."""
    first = next((verdict for _, verdict in judged(rows, condition)), None)
    if first is not None:
        yield first.text
    stands = standing(grid(rows, condition))
    if stands is not None:
        yield stands


READING = (
    "Means with 95 % intervals, for which lexemes are resampled. Bold is the best of a column, "
    "whoever it is; ★ marks those not shown to differ from it in the same sentences (the interval "
    "of the difference holds 0, or there are too few sentences for any); ↑ higher and ↓ lower is "
    "better, → 100 nearest to 100 % is best: more is not better, for it is more than the whole "
    "sentence does."
)


def write_protocols(folder: Path) -> tuple[pd.DataFrame, tuple[Path, ...]]:
    """Write the table of all protocols that were run in `folder`, as CSV and Markdown.

    Raises as `protocol_table`, and where a file cannot be written.
    """
    table = protocol_table(folder)
    texts = {PROTOCOLS_FILE: table.to_csv(index=False), PROTOCOLS_REPORT: markdown(table)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return table, tuple(folder / name for name in texts)
