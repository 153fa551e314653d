"""Rows of a summary, found and put in order: what findings and verdicts read them with."""

from __future__ import annotations

import pandas as pd

from explainer.evaluation.methods import METHODS
from explainer.intervention.filling import REPLACEMENTS

LIKE_CUTS = {
    "random-cells": "as many random heads and skips of every block",
    "pattern-first-skips": "their skips of block 0 alone",
}
LIKE_HEADS = {
    "node-heads": "as many random heads at the same nodes",
    "random-heads": "as many anywhere in each block",
    "flow-heads": "as many of largest flow",
}
EQUAL = ("rollout-nodes", "random-nodes")
"""Rivals with as many nodes of every layer as the patterns, beside those with as many paths."""
UNEQUAL = "the search for patterns seeks what paths carry, which no rival does"
WHERE = {
    "mean": "mean values",
    "baseline": "the baseline's values",
    "zero": "zero (off the data)",
}
"""What stands in for what is cut, in words."""


def row_of(table: pd.DataFrame, quantity: str, **of: str | int | None) -> pd.Series | None:
    """The one row of a quantity, by level, words, method and layer; None if it is not there."""
    # Copying the rows that are left after each column would take most of the time of a report.
    chosen = (table["quantity"] == quantity).to_numpy(bool)
    for name in ("level", "words", "method", "replacement", "layer"):
        value, column = of.get(name), table[name]
        chosen = chosen & (column.isna() if value is None else column == value).to_numpy(bool)
    places = chosen.nonzero()[0]
    return table.iloc[places[0]] if len(places) else None


def order(own: pd.Series, other: pd.Series) -> int | None:
    """Which share is nearer to the whole model's: 1 the patterns' `own`, −1 the other one.

    By their difference in the same sentences, where a run knows it, else by their intervals: 0
    where that holds 0, or these overlap. None where there is no interval.
    """
    if paired(other):
        return -1 if other["beside_low"] > 0 else 1 if other["beside_high"] < 0 else 0
    if pd.isna(own["low"]) or pd.isna(other["low"]):
        return None
    mine, its = _off(own), _off(other)
    if mine[0] <= its[1] and its[0] <= mine[1]:
        return 0
    return 1 if mine[1] < its[0] else -1


def paired(row: pd.Series) -> bool:
    """Whether the row knows its difference from the patterns' in the same sentences."""
    return bool(pd.notna(row.get("beside_low")))


def _off(row: pd.Series) -> tuple[float, float]:
    """How far a share's interval is from 1, at least and at most: to leave more is no better."""
    low, high = abs(row["low"] - 1), abs(row["high"] - 1)
    return 0.0 if row["low"] <= 1 <= row["high"] else min(low, high), max(low, high)


def size_of(of_level: pd.DataFrame, row: pd.Series) -> float | None:
    """How much a method keeps in the mean; None where the table does not tell."""
    found = row_of(of_level, "size", **{name: row[name] for name in ("level", "words", "method")})
    return None if found is None else float(found["value"])


def place_of(row: pd.Series) -> dict[str, str]:
    """Where a row of the same method stands in another quantity."""
    return {name: row[name] for name in ("level", "words", "method", "replacement")}


def label_of(row: pd.Series) -> str:
    """What the row's method is called."""
    return METHODS[str(row["method"])].label


def replacements_of(rows: pd.DataFrame) -> list[str]:
    """What stands in for what is cut in these rows, the fairest first."""
    known = set(rows["replacement"].dropna())
    return [name for name in REPLACEMENTS if name in known]
