"""The paper's three findings, asked of a run: a sentence each, with numbers and intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from explainer.evaluation.bootstrap import Estimate
from explainer.evaluation.consistency import Form, correlation
from explainer.evaluation.methods import METHODS, PATTERN
from explainer.evaluation.summary import EVERY_TASK

VARIANTS = ("repl-skip", "repl-attn")
"""Changed patterns, which are no rivals."""
WHERE = {"zero": "zero", "baseline": "the baseline's values", "mean": "mean values"}


@dataclass(frozen=True)
class Finding:
    """What the paper claims, and what a run of one model says to it."""

    model: str
    claim: str
    says: str


def findings(table: pd.DataFrame, forms: tuple[Form, ...]) -> tuple[Finding, ...]:
    """The findings of every model in a summary, over all of its tasks."""
    found: list[Finding] = []
    for model, rows in table.groupby("model", sort=False):
        tasks = list(rows["task"].unique())
        task = EVERY_TASK if EVERY_TASK in tasks else tasks[0]
        of_all = rows[rows["task"] == task]
        for claim, says in (
            (
                "Much influence flows through skip connections.",
                _skip(of_all),
            ),
            (
                "Consistent patterns go with good performance.",
                _consistency(tuple(form for form in forms if form.model == model)),
            ),
            (
                "Patterns account for more of the performance than attention- and layer-based "
                "methods.",
                _performance(of_all),
            ),
        ):
            found.append(Finding(model, claim, says))
    return tuple(found)


def row_of(table: pd.DataFrame, quantity: str, **of: str | int | None) -> pd.Series | None:
    """The one row of a quantity, by level, words, method and layer; None if it is not there."""
    chosen = table[table["quantity"] == quantity]
    for name in ("level", "words", "method", "replacement", "layer"):
        value = of.get(name)
        chosen = chosen[chosen[name].isna() if value is None else chosen[name] == value]
    return chosen.iloc[0] if len(chosen) else None


def written(value: float, low: float, high: float, *, percent: bool = True) -> str:
    """A value with its interval: `45.1 % [43.3, 46.9]`."""
    if value != value:  # not a number
        return "no value"
    if percent:
        return f"{100 * value:.1f} % [{100 * low:.1f}, {100 * high:.1f}]".replace("-", "−")
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]".replace("-", "−")


def _of(row: pd.Series | None) -> str:
    return "no value" if row is None else written(row["value"], row["low"], row["high"])


def _skip(table: pd.DataFrame) -> str:
    return (
        f"Of all influence, {_of(row_of(table, 'skip flow'))} flows through skip connections in "
        f"the mean of blocks (counted with its sign {_of(row_of(table, 'signed skip flow'))}); of "
        f"the patterns' steps, {_of(row_of(table, 'skip steps'))} are skips."
    )


def _consistency(forms: tuple[Form, ...]) -> str:
    if len(forms) < 3:
        return "Too few forms of sentence to say."
    alike = len({form.accuracy[0] for form in forms}) == 1
    parts = [
        f"of {measure} with accuracy {_rank(correlation(forms, measure, 'accuracy'))}"
        for measure in ("node entropy", "controller node entropy")
        if not alike
    ]
    parts.append(f"of node entropy with mean Q {_rank(correlation(forms, 'node entropy', 'Q'))}")
    said = f"Rank correlation over {len(forms)} forms of sentence: {'; '.join(parts)}."
    return f"{said} All are answered equally well, so accuracy tells nothing." if alike else said


def _rank(found: Estimate) -> str:
    return written(found.value, found.low, found.high, percent=False)


def _performance(table: pd.DataFrame) -> str:
    return " ".join(_comparisons(table))


def _comparisons(table: pd.DataFrame) -> Iterator[str]:
    """The pattern beside the best rival, by what its paths carry and by what it leaves of Q."""
    table = table[table["words"] == "all"]
    for level, name in (("embedding", "nodes"), ("attention", "heads and skips")):
        of_level = table[table["level"] == level]
        own, rival = _own_and_best(of_level, "carried")
        if own is not None and rival is not None:
            yield (
                f"Patterns of {name} carry {_of(own)} of all words' influence, the best rival "
                f"({_label(rival)}) {_of(rival)}."
            )
        for replacement in of_level["replacement"].dropna().unique():
            cut = of_level[of_level["replacement"] == replacement]
            own, rival = _own_and_best(cut, "retained Q")
            if own is None or rival is None:
                continue
            right, rival_right = (
                _of(row_of(cut, "retained accuracy", **_place(row))) for row in (own, rival)
            )
            yield (
                f"Kept alone, with {WHERE[replacement]} elsewhere, they leave {_of(own)} of Q and "
                f"{right} of the right answers; the rival that leaves most of Q "
                f"({_label(rival)}) {_of(rival)} and {rival_right}."
            )
            if level == "attention":
                yield from _without(cut)


def _without(cut: pd.DataFrame) -> Iterator[str]:
    """What is left of Q without the patterns, and without random paths.

    Not asked of nodes: every method's paths begin at the words, without which nothing is left.
    """
    own, chance = (
        row_of(cut, "removed Q", **{**_place(cut.iloc[0]), "method": method})
        for method in (PATTERN, "random")
    )
    if own is not None:
        beside = "" if chance is None else f", without as many random paths {_of(chance)}"
        yield f"Without them {_of(own)} of Q is left{beside}."


def _own_and_best(table: pd.DataFrame, quantity: str) -> tuple[pd.Series | None, pd.Series | None]:
    """The pattern's row of a quantity, and the highest of its rivals'."""
    rows = table[table["quantity"] == quantity]
    own = rows[rows["method"] == PATTERN]
    rivals = rows[~rows["method"].isin((PATTERN, *VARIANTS))].dropna(subset="value")
    return (
        None if own.empty else own.iloc[0],
        None if rivals.empty else rivals.loc[rivals["value"].idxmax()],
    )


def _place(row: pd.Series) -> dict[str, str]:
    return {name: row[name] for name in ("level", "words", "method", "replacement")}


def _label(row: pd.Series) -> str:
    return METHODS[str(row["method"])].label
