"""How many sentences were left out of a run, and why; reasons that differ in a word are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from explainer.evaluation.evidence.bootstrap import FEWEST
from explainer.evaluation.evidence.tables import Tables
from explainer.evaluation.evidence.written import TOO_FEW

QUOTED = re.compile(r"""(?<!\w)'(?:[^'\\]|\\.)*'|(?<!\w)"(?:[^"\\]|\\.)*"|\d[\d,]*""")
"""What of a reason is the sentence's own: texts in quotation marks, and numbers."""


@dataclass(frozen=True)
class Reason:
    """Why `count` sentences were left out, as was said of the first: `number`, counted from 0."""

    count: int
    number: int
    says: str

    @property
    def line(self) -> str:
        """The reason in words, and which sentence it was said of; people count from 1."""
        first = "it is" if self.count == 1 else "the first is"
        return f"{self.count:,} left out ({first} sentence {self.number + 1:,}): {self.says}"


@dataclass(frozen=True)
class Count:
    """Of one task of one model, the sentences that have numbers and those that were left out."""

    model: str
    task: str
    evaluated: int
    left_out: tuple[Reason, ...]

    @property
    def missing(self) -> int:
        """How many were left out."""
        return sum(reason.count for reason in self.left_out)

    @property
    def says(self) -> str:
        """Both numbers in words."""
        few = f"; {TOO_FEW}" if self.evaluated < FEWEST else ""
        if not self.left_out:
            return f"n = {self.evaluated:,}, none left out{few}"
        return (
            f"n = {self.evaluated:,} of {self.evaluated + self.missing:,} sentences, "
            f"{self.missing:,} left out{few}"
        )

    def reasons(self) -> Iterator[str]:
        """A line for every reason, the most frequent first."""
        yield from (reason.line for reason in self.left_out)


def counts(tables: Tables) -> tuple[Count, ...]:
    """A count for every task of every model, those without any number included."""
    keys = ["model", "task"]
    every = pd.concat([table[keys] for table in (tables.sentences, tables.left_out) if len(table)])
    return tuple(
        Count(
            model,
            task,
            len(_of(tables.sentences, model, task)),
            reasons(_of(tables.left_out, model, task)),
        )
        for model, task in every.drop_duplicates().itertuples(index=False)
    )


def _of(table: pd.DataFrame, model: str, task: str) -> pd.DataFrame:
    return table[(table["model"] == model) & (table["task"] == task)] if len(table) else table


def reasons(left_out: pd.DataFrame) -> tuple[Reason, ...]:
    """The reasons in a table of left-out sentences, the most frequent first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in left_out.itertuples():
        found.setdefault(QUOTED.sub("…", row.reason), []).append((row.number, row.reason))
    every = (Reason(len(rows), *rows[0]) for rows in found.values())
    return tuple(sorted(every, key=lambda reason: -reason.count))
