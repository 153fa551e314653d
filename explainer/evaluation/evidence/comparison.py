"""What a figure of methods shows, in one sentence: the pattern's value beside its rivals'."""

from __future__ import annotations

import pandas as pd

from explainer.evaluation.evidence.rivals import best_of
from explainer.evaluation.evidence.rows import LIKE_CUTS, LIKE_HEADS
from explainer.evaluation.evidence.written import written_row
from explainer.evaluation.methods import PATTERN


def methods_summary(numbers: pd.DataFrame, quantity: str, title: str, **of: str) -> str:
    """The pattern's value of a quantity and the best rival's, by level, words and replacement.

    Where heads and skips are removed, what as large a cut leaves takes the place of the rival.
    """
    rows = numbers[numbers["quantity"] == quantity]
    for name, value in of.items():
        rows = rows[rows[name] == value]
    own = rows[rows["method"] == PATTERN].iloc[0]
    if quantity.startswith("removed") and of["level"] == "attention":
        return _cuts_summary(rows, title)
    said = f"{title}: {written_row(own)} with influence patterns"
    # Without what a method names, little left speaks for it; kept, more than the whole model has
    # is no better.
    nearest = 1.0 if quantity == "retained Q" else None
    best = best_of(rows, lowest=quantity.startswith("removed"), nearest=nearest)
    if best is None:
        return f"{said}."
    rival = "the best rivals" if best.tied else "the best rival"
    return f"{said}, {written_row(best.row)} with {rival}, {best.label}."


def _cuts_summary(rows: pd.DataFrame, title: str) -> str:
    """What is left without the patterns' heads and skips, and without other ones."""
    named = {
        PATTERN: "influence patterns",
        **LIKE_CUTS,
        "pattern-heads": "their heads alone",
        **LIKE_HEADS,
    }
    by_method = {row["method"]: row for _, row in rows.dropna(subset="value").iterrows()}
    listed = ", ".join(
        f"{written_row(by_method[name])} without {said}"
        for name, said in named.items()
        if name in by_method
    )
    return f"{title.replace(' without the paths', '')}: {listed}."
