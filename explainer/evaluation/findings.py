"""The paper's three findings, asked of a run: a sentence each, with numbers and intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from explainer.evaluation.bootstrap import Estimate
from explainer.evaluation.consistency import correlation
from explainer.evaluation.methods import METHODS, PATTERN
from explainer.evaluation.summary import EVERY_TASK
from explainer.gap import LARGE

VARIANTS = ("repl-skip", "repl-attn")
"""Changed patterns, which are no rivals."""
PARTS = ("pattern-heads", "pattern-first-skips")
"""What is cut of patterns by itself."""
CONTROLS = ("random-cells", "random-heads", "node-heads", "flow-heads")
"""Heads and skips that are cut to see what cutting as many does, which are no rivals either."""
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
WHERE = {"zero": "zero", "baseline": "the baseline's values", "mean": "mean values"}


@dataclass(frozen=True)
class Finding:
    """What the paper claims, and what a run of one model says to it."""

    model: str
    claim: str
    says: str


def findings(table: pd.DataFrame, forms: pd.DataFrame) -> tuple[Finding, ...]:
    """The findings of every model in a summary, over all of its tasks.

    `forms` is the table of `evaluation.consistency`, which may be empty.
    """
    found: list[Finding] = []
    for model, rows in table.groupby("model", sort=False):
        tasks = list(rows["task"].unique())
        task = EVERY_TASK if EVERY_TASK in tasks else tasks[0]
        of_all = rows[rows["task"] == task]
        of_forms = forms[forms["model"] == model] if len(forms) else forms
        for claim, says in (
            (
                "Much influence flows through skip connections.",
                _skip(of_all),
            ),
            (
                "Consistent patterns go with good performance.",
                _consistency(of_forms),
            ),
            (
                "Patterns account for more of the performance than attention- and layer-based "
                "methods.",
                " ".join(_comparisons(of_all)),
            ),
        ):
            found.append(Finding(str(model), claim, says))
    return tuple(found)


def gap_note(table: pd.DataFrame) -> str | None:
    """What to say of the sentences whose completeness gap is large; None where there are none."""
    row = row_of(table, "large gap")
    if row is None or not row["value"] > 0:
        return None
    return (
        f"In {_of(row)} of the sentences (n = {row['n']:,}) the completeness gap is over "
        f"{100 * LARGE:.0f} % of Q(x) − Q(b): take more points before you rely on single numbers."
    )


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


def _consistency(forms: pd.DataFrame) -> str:
    """Correlations over forms, with what accuracy can tell and what lies between the tasks."""
    rows = forms[forms["measure"] == "node entropy"] if len(forms) else forms
    if len(rows) < 3:
        return "Too few forms of sentence to say."
    with_q = _rank(correlation(forms, "node entropy", "Q"))
    said = (
        f"Over {len(rows)} forms of sentence the rank correlation of node entropy with mean Q is "
        f"{with_q} (forms resampled)"
    )
    if rows["task"].nunique() > 1:
        said += f", within tasks {_rank(correlation(forms, 'node entropy', 'Q', within=True))}"
    if rows["accuracy"].nunique() == 1:
        return f"{said}. All are answered equally well, so accuracy tells nothing."
    wrong = rows[rows["accuracy"] < 1]
    where = ", ".join(dict.fromkeys(wrong["task"]))
    said += (
        f". With accuracy it is {_rank(correlation(forms, 'node entropy'))}, which rests on the "
        f"{len(wrong)} forms that have errors at all ({where})"
    )
    if rows["task"].nunique() > 1:
        said += f": within tasks {_rank(correlation(forms, 'node entropy', within=True))}"
    return f"{said}."


def _rank(found: Estimate) -> str:
    return written(found.value, found.low, found.high, percent=False)


def _comparisons(table: pd.DataFrame) -> Iterator[str]:
    """The pattern beside the best rival, by what its paths carry and by what it leaves of Q."""
    table = table[table["words"] == "all"]
    for level, name in (("embedding", "nodes"), ("attention", "heads and skips")):
        of_level = table[table["level"] == level]
        own, rival = _own_and_best(of_level, "carried")
        if own is not None and rival is not None:
            yield (
                f"Patterns of {name} carry {_of(own)} of all words' influence, the best rival "
                f"({_label(rival)}) {_of(rival)}: {UNEQUAL}."
            )
        for replacement in of_level["replacement"].dropna().unique():
            cut = of_level[of_level["replacement"] == replacement]
            own, rival = _own_and_best(cut, "retained Q")
            if own is not None and rival is not None:
                yield _kept(of_level, cut, own, rival, name)
            if level == "attention":
                yield from _without(cut, str(replacement))


def _kept(
    of_level: pd.DataFrame, cut: pd.DataFrame, own: pd.Series, rival: pd.Series, name: str
) -> str:
    """What is left of Q with the patterns alone, the best rival, and rivals of equal size."""
    right, rival_right = (
        _of(row_of(cut, "retained accuracy", **_place(row))) for row in (own, rival)
    )
    sizes = (_size(of_level, own), _size(of_level, rival))
    mine = f" ({sizes[0]} {name})" if sizes[0] else ""
    said = (
        f"Kept alone, with {WHERE[own['replacement']]} elsewhere, they{mine} leave {_of(own)} of Q "
        f"and {right} of the right answers; the rival that leaves most of Q "
        f"({', '.join(filter(None, (_label(rival), sizes[1])))}) {_of(rival)} and "
        f"{rival_right}{_other_n(rival, own)}"
    )
    others = [name for name in EQUAL if name != rival["method"]]
    rows = [row_of(cut, "retained Q", **{**_place(own), "method": method}) for method in others]
    equal = [f"{_label(row)} {_of(row)}{_other_n(row, own)}" for row in rows if row is not None]
    return f"{said}; {', '.join(equal)}." if equal else f"{said}."


def _without(cut: pd.DataFrame, replacement: str) -> Iterator[str]:
    """What is left of Q without the patterns, always beside what as large a cut leaves.

    Not asked of nodes: every method's paths begin at the words, without which nothing is left.
    """
    place = {"level": "attention", "words": "all", "replacement": replacement}

    def left(method: str) -> pd.Series | None:
        return row_of(cut, "removed Q", **place, method=method)

    def listed(names: Mapping[str, str]) -> str:
        rows = {said: row for name, said in names.items() if (row := left(name)) is not None}
        return ", ".join(f"{_of(row)} without {said}" for said, row in rows.items())

    own = left(PATTERN)
    if own is None:
        return
    cuts = listed(LIKE_CUTS)
    said = f"Without their heads and skips, {WHERE[replacement]} instead, {_of(own)} of Q is left"
    if not cuts:
        yield f"{said}: without controls ({', '.join(CONTROLS)}) that says nothing."
        return
    yield f"{said} (n = {own['n']:,}), but a cut skip stops whatever comes that way: {cuts}."
    heads = left("pattern-heads")
    if heads is not None:
        yield (
            f"Without their heads alone {_of(heads)} is left (n = {heads['n']:,}), "
            f"{listed(LIKE_HEADS)}."
        )


def _size(of_level: pd.DataFrame, row: pd.Series) -> str:
    """How much a method keeps in the mean."""
    size = row_of(of_level, "size", **{name: row[name] for name in ("level", "words", "method")})
    return "" if size is None else f"{size['value']:.1f}"


def _other_n(row: pd.Series, own: pd.Series) -> str:
    """The number of sentences, where it is not that of the pattern's row."""
    return "" if row["n"] == own["n"] else f" (n = {row['n']:,})"


def _own_and_best(table: pd.DataFrame, quantity: str) -> tuple[pd.Series | None, pd.Series | None]:
    """The pattern's row of a quantity, and the highest of its rivals'."""
    rows = table[table["quantity"] == quantity]
    own = rows[rows["method"] == PATTERN]
    rivals = rivals_of(rows).dropna(subset="value")
    return (
        None if own.empty else own.iloc[0],
        None if rivals.empty else rivals.loc[rivals["value"].idxmax()],
    )


def rivals_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of rivals: not of patterns, of changed ones and parts of them, nor of controls."""
    return rows[~rows["method"].isin((PATTERN, *VARIANTS, *PARTS, *CONTROLS))]


def _place(row: pd.Series) -> dict[str, str]:
    return {name: row[name] for name in ("level", "words", "method", "replacement")}


def _label(row: pd.Series) -> str:
    return METHODS[str(row["method"])].label
