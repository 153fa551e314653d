"""Rivals of the patterns in a summary, and the best of them, those that tie included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from explainer.evaluation.methods import METHODS, PATTERN

VARIANTS = ("repl-skip", "repl-attn")
"""Changed patterns, which are no rivals."""
PARTS = ("pattern-heads", "pattern-first-skips")
"""What is cut of patterns by itself."""
CONTROLS = ("random-cells", "random-heads", "node-heads", "flow-heads")
"""Heads and skips that are cut to see what cutting as many does, which are no rivals either."""
MOST_NAMES = 2
"""Rivals that tie are named up to this many, and counted above it."""


@dataclass(frozen=True, eq=False)
class Best:
    """The first of the best rivals' rows, and the names of all that have its value."""

    row: pd.Series
    methods: tuple[str, ...]

    @property
    def tied(self) -> bool:
        """Whether several have the value."""
        return len(self.methods) > 1

    @property
    def label(self) -> str:
        """The rival's name, or what ties."""
        if not self.tied:
            return METHODS[self.methods[0]].label
        labels = [METHODS[name].label for name in self.methods]
        named = " and ".join(labels) if len(labels) <= MOST_NAMES else f"{len(labels)} rivals"
        return f"{named} at the same value"


def rivals_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of rivals: not of patterns, of changed ones and parts of them, nor of controls."""
    return rows[~rows["method"].isin((PATTERN, *VARIANTS, *PARTS, *CONTROLS))]


def best_of(
    rows: pd.DataFrame, *, lowest: bool = False, nearest: float | None = None
) -> Best | None:
    """The rivals with the highest (or lowest) value among a quantity's rows, or with that which is
    `nearest` to a value; None without any."""
    rivals = rivals_of(rows).dropna(subset="value")
    if rivals.empty:
        return None
    if nearest is not None:
        row = rivals.loc[(rivals["value"] - nearest).abs().idxmin()]
    else:
        row = rivals.loc[rivals["value"].idxmin() if lowest else rivals["value"].idxmax()]
    alike = rivals[np.isclose(rivals["value"], row["value"], rtol=0, atol=1e-12)]
    return Best(row, tuple(alike["method"]))
