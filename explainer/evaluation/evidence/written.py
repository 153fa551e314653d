"""Numbers in words: a value with its interval, in a piece that no line's end tears apart."""

from __future__ import annotations

import math

import pandas as pd

from explainer.evaluation.evidence.bootstrap import FEWEST

SPACE = "\N{NO-BREAK SPACE}"
PERCENT = f"{SPACE}%"
TOO_FEW = f"fewer than {FEWEST} are too few for an interval"


def written(value: float, low: float, high: float, *, percent: bool = True) -> str:
    """A value with its interval, `45.1 % [43.3, 46.9]`, or alone where it has none (nan)."""
    if math.isnan(value):
        return "no value"
    # What rounds to zero has no sign: z takes it off.
    numbers = [f"{100 * part:z.1f}" if percent else f"{part:+z.2f}" for part in (value, low, high)]
    said = numbers[0] + (PERCENT if percent else "")
    if not math.isnan(low):
        said += f"{SPACE}[{numbers[1]},{SPACE}{numbers[2]}]"
    return said.replace("-", "−")


def written_row(row: pd.Series | None) -> str:
    """The same of a summary's row, which may not be there."""
    return "no value" if row is None else written(row["value"], row["low"], row["high"])
