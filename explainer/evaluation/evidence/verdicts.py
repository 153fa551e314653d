"""What a run's numbers say to a claim: confirmed, not confirmed, or that they cannot tell.

Every test has its control, and a word is given only where they differ in the same sentences (in
results without that, where the two intervals lie apart): beside what chance does, or a rival that
keeps or cuts as much. Where several tests bear on a claim, all have to
hold for it; where one holds and one fails, the claim as it is worded cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from explainer.base.numbers import counted
from explainer.evaluation.evidence.bootstrap import FEWEST, Estimate
from explainer.evaluation.evidence.consistency import correlation
from explainer.evaluation.evidence.rivals import rivals_of
from explainer.evaluation.evidence.rows import (
    LIKE_HEADS,
    WHERE,
    label_of,
    order,
    paired,
    place_of,
    replacements_of,
    row_of,
    size_of,
)
from explainer.evaluation.evidence.written import PERCENT, TOO_FEW, written, written_row
from explainer.evaluation.methods import PATTERN

Word = Literal["confirmed", "not confirmed", "cannot tell"]
SMALLER = 0.9
"""A rival that keeps less than this share of what the patterns keep is no equally large one."""
HALF = 0.5


@dataclass(frozen=True)
class Verdict:
    """What one `test` of a claim says to it, and `why`, with the number of its control."""

    test: str
    word: Word
    why: str

    @property
    def text(self) -> str:
        """The verdict in a sentence or two."""
        return f"{self.word.capitalize()}: {self.test}. {self.why}"


def together(tests: Sequence[Verdict]) -> Word:
    """The word on a claim from those of its tests."""
    words = {test.word for test in tests}
    if words == {"confirmed"}:
        return "confirmed"
    fails = "not confirmed" in words and "confirmed" not in words
    return "not confirmed" if fails else "cannot tell"


def skip_tests(table: pd.DataFrame) -> Iterator[Verdict]:
    """Does more flow through skips than through all heads together, by size and with its sign?"""
    for name, quantity in (
        ("Influence counted by its size", "skip flow"),
        ("Influence counted with its sign", "signed skip flow"),
    ):
        row = row_of(table, quantity)
        if row is None or pd.isna(row["low"]):
            yield Verdict(name, "cannot tell", f"{TOO_FEW.capitalize()}.")
            continue
        word: Word = "cannot tell"
        if row["low"] > HALF or row["high"] < HALF:
            word = "confirmed" if row["low"] > HALF else "not confirmed"
        yield Verdict(
            name,
            word,
            f"{written_row(row)} flows through skips; as much as through all heads together would "
            f"be 50{PERCENT}.",
        )


def consistency_tests(forms: pd.DataFrame) -> Iterator[Verdict]:
    """Is entropy lower where the model does better, beyond what differs between tasks?"""
    rows = forms[forms["measure"] == "node entropy"] if len(forms) else forms
    within = len(rows) > 0 and rows["task"].nunique() > 1
    for name, measure in (("By mean Q", "Q"), ("By right answers", "accuracy")):
        if len(rows) < FEWEST:
            why = f"{counted(len(rows), 'form')} of sentence, and {TOO_FEW}."
            yield Verdict(name, "cannot tell", why)
        elif (rows.groupby("task" if within else lambda _: 0)[measure].nunique() == 1).all():
            yield Verdict(name, "cannot tell", "All forms of sentence are answered equally well.")
        else:
            found = correlation(forms, "node entropy", measure, within=within)
            yield _correlated(name, found, within)


def _correlated(name: str, found: Estimate, within: bool) -> Verdict:
    word: Word = "cannot tell"
    if found.high < 0 or found.low > 0:
        word = "confirmed" if found.high < 0 else "not confirmed"
    value = written(found.value, found.low, found.high, percent=False)
    where = "within tasks " if within else ""
    return Verdict(
        name, word, f"Its rank correlation with entropy {where}is {value}; chance gives 0."
    )


def performance_tests(table: pd.DataFrame) -> Iterator[Verdict]:
    """Do patterns kept alone leave more of the performance than an equally large rival?

    Asked with the fairest replacement that was measured.
    """
    for level, name in (("embedding", "nodes"), ("attention", "heads and skips")):
        of_level = table[(table["words"] == "all") & (table["level"] == level)]
        for replacement in replacements_of(of_level)[:1]:
            cut = of_level[of_level["replacement"] == replacement]
            test = f"{name.capitalize()} kept alone, with {WHERE[replacement]} elsewhere"
            found = _kept(of_level, cut, test)
            if found is not None:
                yield found


def _kept(of_level: pd.DataFrame, cut: pd.DataFrame, test: str) -> Verdict | None:
    """The patterns beside the rival that comes nearest to the whole model; None without either."""
    of_q = cut[cut["quantity"] == "retained Q"].dropna(subset="value")
    own, rivals = of_q[of_q["method"] == PATTERN], rivals_of(of_q)
    if own.empty or rivals.empty:
        return None
    mine = own.iloc[0]
    rival = _nearest(of_level, rivals, size_of(of_level, mine))
    right, its = (row_of(cut, "retained accuracy", **place_of(row)) for row in (mine, rival))
    sizes = size_of(of_level, mine), size_of(of_level, rival)
    said = (
        f"Patterns leave {written_row(mine)} of Q and {written_row(right)} of the right answers, "
        f"the nearest rival ({label_of(rival)}) {written_row(rival)} and {written_row(its)}"
    )
    by_q = order(mine, rival)
    by_right = None if right is None or its is None else order(right, its)
    signs = {sign for sign in (by_q, by_right) if sign}
    if by_q is None:
        return Verdict(test, "cannot tell", f"{said}; {TOO_FEW}.")
    if signs == {-1}:
        return Verdict(test, "not confirmed", f"{said}.")
    if not signs:
        why = "no difference in the same sentences" if paired(rival) else "the intervals overlap"
        return Verdict(test, "cannot tell", f"{said}: {why}.")
    if signs == {-1, 1}:
        return Verdict(test, "cannot tell", f"{said}: Q and right answers disagree.")
    if None not in sizes and sizes[1] < SMALLER * sizes[0]:  # type: ignore[operator]
        return Verdict(
            test,
            "cannot tell",
            f"{said}, but that rival keeps fewer, {sizes[1]:.0f} where patterns keep "
            f"{sizes[0]:.0f}: none as large was measured.",
        )
    return Verdict(test, "confirmed", f"{said}.")


def _nearest(of_level: pd.DataFrame, rivals: pd.DataFrame, own: float | None) -> pd.Series:
    """The rival that comes nearest to the whole model: of those as large, if there are any."""
    sizes = [size_of(of_level, rival) for _, rival in rivals.iterrows()]
    large = [own is None or size is None or size >= SMALLER * own for size in sizes]
    of = rivals[large] if any(large) else rivals
    return of.loc[(of["value"] - 1).abs().idxmin()]


CUTS = (("node-heads", "chance"), ("flow-heads", "an equally large rival"))
"""Other heads that are cut in the place of the patterns', and what each controls for."""


def cut_tests(table: pd.DataFrame) -> Iterator[Verdict]:
    """Is less left without the patterns' heads than without as many others?"""
    of_level = table[(table["words"] == "all") & (table["level"] == "attention")]
    for replacement in replacements_of(of_level)[:1]:
        own = row_of(of_level, "removed Q", **_cut("pattern-heads", replacement))
        for method, control in CUTS:
            other = row_of(of_level, "removed Q", **_cut(method, replacement))
            if own is None or other is None:
                continue
            word: Word = "cannot tell"
            # What is left without the patterns' heads is less, or more.
            less, more = own["high"] < other["low"], own["low"] > other["high"]
            if paired(other):
                less, more = other["beside_high"] < 0, other["beside_low"] > 0
            if less or more:
                word = "confirmed" if less else "not confirmed"
            few = f"; {TOO_FEW}" if pd.isna(own["low"]) or pd.isna(other["low"]) else ""
            yield Verdict(
                f"Patterns’ heads matter more than {LIKE_HEADS[method]} ({control})",
                word,
                f"Cut, with {WHERE[replacement]} instead, they leave {written_row(own)} of Q, the "
                f"others {written_row(other)}{few}.",
            )


def _cut(method: str, replacement: str) -> dict[str, str]:
    return {"level": "attention", "words": "all", "method": method, "replacement": replacement}
