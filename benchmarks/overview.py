"""Methods × protocols × tasks: the tables of docs/reproduction.md, for each built-in model.

Run `python -m benchmarks.overview`, which reads what `benchmarks.evidence` has stored. A method is
one row, whatever it scores: words, nodes or edges. Bold is the best of a column, whoever it is, ★
what is not shown to differ from it in the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from explainer.base.assets import EVALUATION
from explainer.evaluation.evidence.protocols.claims import value_of
from explainer.evaluation.evidence.protocols.measured import (
    BEHIND,
    PROTOCOLS_FILE,
    TIME,
    read_protocols,
)
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.written import PERCENT
from explainer.evaluation.protocols.condition import PAIR, Condition
from explainer.evaluation.protocols.measurement import SECONDS
from explainer.evaluation.protocols.paths import EVERY
from explainer.evaluation.protocols.protocol import Quantity
from explainer.evaluation.protocols.table import PROTOCOLS

METHODS = {
    "influence, ours": {"words": "influence", "paths": "pattern", "edges": "influence"},
    "leave one out": {"words": "leave-one-out"},
    "DecompX": {"words": "decompx"},
    "gradient × input": {"words": "gradient-input"},
    "attention × gradient": {"words": "attention-gradient", "edges": "attention-gradient"},
    "attribution patching": {"edges": "attribution-patching"},
    "layer conductance": {"paths": "conductance"},
    "internal influence": {"paths": "internal-influence"},
    "ALTI": {"words": "alti", "paths": "alti-nodes", "edges": "alti"},
    "GlobEnc": {"words": "globenc", "paths": "globenc-nodes"},
    "Value Zeroing": {"words": "value-zeroing", "paths": "value-zeroing-nodes"},
    "attention (rollout; weight)": {
        **{"words": "rollout", "paths": "rollout-nodes", "edges": "attention"},
    },
    "random": {"words": "random", "paths": "random-nodes", "edges": "random"},
}


class Column(NamedTuple):
    """What a column is of."""

    protocol: str
    measure: str
    condition: Condition = Condition()
    task: str = ""
    title: str = ""


ACROSS = (
    Column("words", "comprehensiveness", Condition(instead=PAIR)),
    Column("words", "correlation"),
    Column("words", "pointing"),
    Column("paths", "kept nodes", Condition(EVERY, PAIR)),
    Column("edges", "rank correlation", Condition("edge", PAIR)),
    Column("edges", "linear correlation", Condition("edge", PAIR)),
    Column("words", SECONDS),
)


def main() -> None:
    """Print both tables of each model."""
    table = read_protocols(EVALUATION / PROTOCOLS_FILE)
    for model in ("agreement", "sentiment"):
        rows = table[table["model"] == model]
        tasks = rows.loc[rows["protocol"] == "words", "task"].unique()
        every = EVERY_TASK if EVERY_TASK in tasks else tasks[0]
        print(f"\n`{model}`, {every}, with the minimal pair's in place:\n")
        print("\n".join(lines(rows, [column._replace(task=every) for column in ACROSS])))
        if len(tasks) > 1:
            for measure in ("comprehensiveness", "pointing"):
                condition = ACROSS[0].condition if measure == ACROSS[0].measure else Condition()
                print(f"\n`{model}`, {PROTOCOLS['words'].quantities[measure].short}, by task:\n")
                across = [Column("words", measure, condition, task, task) for task in tasks]
                print("\n".join(lines(rows, across)))


def lines(rows: pd.DataFrame, across: list[Column]) -> Iterator[str]:
    """A table of methods that have a value in any of these columns."""
    cells = {column: dict(_cells(rows, column)) for column in across}
    known = [column for column in across if cells[column]]
    yield f"| method | {' | '.join(map(_head, known))} |"
    yield f"|---{'|---' * len(known)}|"
    for label, names in METHODS.items():
        found = [cells[column].get(names.get(column.protocol, ""), "–") for column in known]
        if set(found) != {"–"}:
            yield f"| {label} | {' | '.join(found)} |"


def _head(column: Column) -> str:
    quantity = _quantity(column)
    unit = ", %" if quantity.percent else ""
    name = column.title or f"{PROTOCOLS[column.protocol].label.lower()}: {quantity.short}"
    return f"{name}{unit} {quantity.aim}"


def _cells(rows: pd.DataFrame, column: Column) -> Iterator[tuple[str, str]]:
    """The cell of each method that has a value."""
    quantity = _quantity(column)
    found = rows[
        (rows["protocol"] == column.protocol)
        & (rows["measure"] == column.measure)
        & (rows["task"] == column.task)
        & (rows["of"] == column.condition.of)
        & (rows["instead"] == column.condition.instead)
        & rows["method"].isin({names.get(column.protocol) for names in METHODS.values()})
    ].dropna(subset="value")
    for _, row in found.iterrows():
        said = value_of(row, quantity).replace(PERCENT, "").replace("\N{NO-BREAK SPACE}", " ")
        if row[BEHIND] == 0:
            yield row["method"], f"**{said}**"
        else:
            yield row["method"], said if row[f"{BEHIND}_low"] > 0 else f"{said} ★"


def _quantity(column: Column) -> Quantity:
    if column.measure == SECONDS:
        return TIME
    return PROTOCOLS[column.protocol].quantities[column.measure]


if __name__ == "__main__":
    main()
