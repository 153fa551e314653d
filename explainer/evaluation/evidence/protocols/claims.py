"""What protocols' numbers say to what is claimed: a verdict beside its control, with its interval.

A claim names one method and those that it must be better than. It is confirmed where it is better
than each of them in the same sentences, not confirmed where one of them is better, and otherwise
the sentences cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from explainer.base.numbers import counted
from explainer.evaluation.evidence.protocols.grid import chosen, name_of
from explainer.evaluation.evidence.protocols.measured import BESIDE, unit_of
from explainer.evaluation.evidence.verdicts import Verdict, Word
from explainer.evaluation.evidence.written import PERCENT, TOO_FEW, written
from explainer.evaluation.protocols.condition import Condition
from explainer.evaluation.protocols.cutting import INFLUENCE
from explainer.evaluation.protocols.protocol import Protocol, Quantity
from explainer.evaluation.protocols.table import PROTOCOLS

POINTS = "\N{NO-BREAK SPACE}points"
"""What shares in per cent differ by."""


def judged(rows: pd.DataFrame, condition: Condition) -> Iterator[tuple[str, Verdict]]:
    """Each measure of the rows of one model, task and protocol that something is claimed of, and
    the verdict."""
    protocol = PROTOCOLS[str(rows["protocol"].iloc[0])]
    here = chosen(rows, condition)
    for name, quantity in protocol.quantities.items():
        of_measure = here[here["measure"] == name].set_index("method")
        own = quantity.own or protocol.own or ""
        if quantity.better is None or not quantity.shown or own not in of_measure.index:
            continue
        yield name, _verdict(of_measure, own, quantity.of(unit_of(rows)), protocol)


def _verdict(rows: pd.DataFrame, own: str, quantity: Quantity, protocol: Protocol) -> Verdict:
    label = _capital(name_of(own, protocol.labels))
    claim = quantity.claim or f"{label} is best on {quantity.short}"
    mine, known = rows.loc[own], rows.dropna(subset="value")
    rivals = known[known.index.isin(quantity.against or rows.index) & (known.index != own)]
    if pd.isna(mine["value"]) or rivals.empty:
        why = str(mine["note"] or "there is nothing to compare")
        return Verdict(claim, "cannot tell", f"{_capital(why)}.")
    order = (-quantity.gain(rivals["value"].to_numpy(dtype=float))).argsort(kind="stable")
    ranked = rivals.iloc[order]
    better, worse = ranked[f"{BESIDE}_low"] > 0, ranked[f"{BESIDE}_high"] < 0
    word: Word = "cannot tell"
    if better.any():
        word = "not confirmed"
    elif worse.all():
        word = "confirmed"
    # The strongest rival that decides: one that is better, else one that is not shown to be worse.
    first = ranked[better if better.any() else ~worse if (~worse).any() else worse].iloc[0]
    said = [
        f"{name_of(str(name), protocol.labels)} {value_of(row, quantity)}"
        for name, row in ((own, mine), (first.name, first))
    ]
    n = f"{counted(int(mine['n']), 'sentence')}, {counted(int(mine['clusters']), 'lexeme')}"
    apart = _apart(first, quantity)
    why = f"{_capital(quantity.short)}: {said[0]}, {said[1]}; {apart} ({n})."
    best = known.iloc[quantity.gain(known["value"].to_numpy(dtype=float)).argmax()]
    if best.name not in (own, first.name):
        winner = name_of(str(best.name), protocol.labels)
        why += f" Best of all: {winner}, {value_of(best, quantity)}."
    return Verdict(claim, word, why)


def said_of_cuts(rows: pd.DataFrame, condition: Condition) -> str:
    """What stands under the scatter of edges: how influence goes with what the cuts do."""
    own = chosen(rows, condition).set_index(["method", "measure"])
    ranks, linear = (own.loc[(INFLUENCE, f"{of} correlation")] for of in ("rank", "linear"))
    n = counted(int(ranks["n"]), "sentence")
    if pd.isna(ranks["value"]):
        return "too few cuts for a correlation"
    said = f"correlation of sizes: ranks {ranks['value']:.2f}, linear {linear['value']:.2f} ({n})"
    return said.replace("-", "−")


def _apart(rival: pd.Series, quantity: Quantity) -> str:
    """How far own and rival are apart in the same sentences, in words."""
    if pd.isna(rival[f"{BESIDE}_low"]):
        return TOO_FEW
    less, low, high = rival[BESIDE], rival[f"{BESIDE}_low"], rival[f"{BESIDE}_high"]
    ahead = bool(less <= 0)
    said = _written(*((-less, -high, -low) if ahead else (less, low, high)), quantity.percent)
    said = said.replace(PERCENT, POINTS)
    if isinstance(quantity.better, float):
        aim = f"{100 * quantity.better:.0f}{PERCENT}"
        by = f"nearer to {aim}" if ahead else f"farther from {aim}"
    else:
        by = "higher" if ahead == (quantity.better == "higher") else "lower"
    return f"{by} by {said} in the same sentences"


def value_of(row: pd.Series, quantity: Quantity) -> str:
    """A row's value with its interval, in its unit."""
    return _written(row["value"], row["low"], row["high"], quantity.percent)


def _written(value: float, low: float, high: float, percent: bool) -> str:
    digits = 3 if percent else 2
    # Rounded before, so that nothing is −0.0.
    said = written(*(round(part, digits) + 0.0 for part in (value, low, high)), percent=percent)
    return said if percent else said.replace("+", "")


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
