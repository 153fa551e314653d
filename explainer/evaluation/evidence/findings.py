"""The paper's three findings, asked of a run: a sentence each, with numbers and intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from explainer.evaluation.evidence.bootstrap import FEWEST, Estimate
from explainer.evaluation.evidence.consistency import correlation
from explainer.evaluation.evidence.finding import CONSISTENCY, PERFORMANCE, SKIPS, Finding
from explainer.evaluation.evidence.rivals import CONTROLS, Best, best_of
from explainer.evaluation.evidence.rows import (
    EQUAL,
    LIKE_CUTS,
    LIKE_HEADS,
    UNEQUAL,
    WHERE,
    label_of,
    order,
    place_of,
    replacements_of,
    row_of,
    size_of,
)
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.verdicts import (
    consistency_tests,
    cut_tests,
    performance_tests,
    skip_tests,
    together,
)
from explainer.evaluation.evidence.written import PERCENT, SPACE, TOO_FEW, written, written_row
from explainer.evaluation.methods import PATTERN
from explainer.results.gap import LARGE


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
        skip, consistency, kept = (
            tuple(tests)
            for tests in (
                skip_tests(of_all),
                consistency_tests(of_forms),
                performance_tests(of_all),
            )
        )
        cut = tuple(cut_tests(of_all))
        found += (
            Finding(
                model=str(model),
                claim=claim.says,
                refuted_by=claim.refuted_by,
                favours=claim.favours,
                verdict=together(decisive),
                tests=(*decisive, *beside),
                says=says,
            )
            for claim, decisive, beside, says in (
                (SKIPS, skip, (), _skip(of_all)),
                (CONSISTENCY, consistency, (), _consistency(of_forms)),
                (PERFORMANCE, kept, cut, "\n".join(_comparisons(of_all))),
            )
        )
    return tuple(found)


def gap_note(table: pd.DataFrame) -> str | None:
    """What to say of the sentences whose completeness gap is large; None where there are none."""
    row = row_of(table, "large gap")
    if row is None or not row["value"] > 0:
        return None
    return (
        f"In {written_row(row)} of the sentences (n = {row['n']:,}) the completeness gap is over "
        f"{100 * LARGE:.0f}{PERCENT} of Q(x) − Q(b): take more points before you rely on single "
        "numbers."
    )


def few_note(table: pd.DataFrame) -> str | None:
    """What to say of a task with too few sentences for intervals, or about too few nouns; None
    where there are enough."""
    row = row_of(table, "accuracy")
    if row is None or not pd.isna(row["low"]):
        return None
    if row["n"] < FEWEST:
        return f"n = {row['n']}: {TOO_FEW}."
    return f"n = {row['n']:,}, all about fewer than {FEWEST} nouns, too few for an interval."


def _skip(table: pd.DataFrame) -> str:
    all_, signed, steps = (
        written_row(row_of(table, name)) for name in ("skip flow", "signed skip flow", "skip steps")
    )
    return (
        f"Of all influence, {all_} flows through skip connections in the mean of blocks (counted "
        f"with its sign {signed}); of the patterns' steps, {steps} are skips."
    )


def _consistency(forms: pd.DataFrame) -> str:
    """Correlations over forms, with what accuracy can tell and what lies between the tasks."""
    rows = forms[forms["measure"] == "node entropy"] if len(forms) else forms
    if len(rows) < 3:
        return "Too few forms of sentence to say."
    with_q = _rank(correlation(forms, "node entropy", "Q"))
    said = (
        f"Over {len(rows)} forms of sentence the rank correlation of node entropy with mean Q is "
        f"{with_q} ({'forms resampled' if len(rows) >= FEWEST else TOO_FEW})"
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
            best = "best rivals" if rival.tied else "best rival"
            yield (
                f"Patterns of {name} carry {written_row(own)} of all words' influence, the {best} "
                f"({rival.label}) {written_row(rival.row)}: {UNEQUAL}."
            )
        for replacement in replacements_of(of_level):
            cut = of_level[of_level["replacement"] == replacement]
            own, rival = _own_and_best(cut, "retained Q")
            if own is not None and rival is not None:
                yield from _kept(of_level, cut, own, rival, name)
            if level == "attention":
                yield from _without(cut, replacement)


def _order(own: pd.Series, other: pd.Series) -> str:
    """Which of two shares is nearer to the whole model's, if their intervals show it."""
    found = order(own, other)
    if found is None:
        return "too few to compare"
    if found == 0:
        return "no difference shown"
    if max(own["value"], other["value"]) > 1:
        return f"patterns {'nearer to' if found > 0 else 'further from'} 100{PERCENT}"
    return "patterns more" if found > 0 else "patterns less"


def _size(of_level: pd.DataFrame, row: pd.Series) -> str:
    """How much a method keeps in the mean, in words."""
    size = size_of(of_level, row)
    return "" if size is None else f" (size {size:.1f})"


def _kept(
    of_level: pd.DataFrame, cut: pd.DataFrame, own: pd.Series, rival: Best, name: str
) -> Iterator[str]:
    """What is left with the patterns alone, with the best rival, and with rivals of equal size."""
    where = f"Kept alone, with {WHERE[own['replacement']]} elsewhere,"
    right = row_of(cut, "retained accuracy", **place_of(own))
    yield (
        f"{where} patterns of {name}{_size(of_level, own)} leave {written_row(own)} of Q and "
        f"{written_row(right)} of the right answers (n{SPACE}={SPACE}{own['n']:,})."
    )

    def beside(row: pd.Series) -> str:
        """A rival's Q and accuracy, and what they say of the patterns."""
        its = row_of(cut, "retained accuracy", **place_of(row))
        of_right = "" if right is None or its is None else _order(right, its)
        return (
            f"{label_of(row)}{_size(of_level, row)}: {written_row(row)} of Q ({_order(own, row)}) "
            f"and {written_row(its)} of the right answers ({of_right}){_other_n(row, own)}"
        )

    if rival.tied:
        yield f"{where} {rival.label} leave most of Q of the rivals, {written_row(rival.row)}."
    else:
        yield f"{where} the rival that leaves most of Q, {beside(rival.row)}."
    for method in EQUAL:
        row = row_of(cut, "retained Q", **{**place_of(own), "method": method})
        if row is not None and (rival.tied or method != rival.row["method"]):
            yield f"{where} {beside(row)}."


def _without(cut: pd.DataFrame, replacement: str) -> Iterator[str]:
    """What is left of Q without the patterns, always beside what as large a cut leaves.

    Not asked of nodes: every method's paths begin at the words, without which nothing is left.
    """
    place = {"level": "attention", "words": "all", "replacement": replacement}

    def left(method: str) -> pd.Series | None:
        return row_of(cut, "removed Q", **place, method=method)

    def listed(names: Mapping[str, str]) -> str:
        rows = {said: row for name, said in names.items() if (row := left(name)) is not None}
        return ", ".join(f"{written_row(row)} without {said}" for said, row in rows.items())

    own = left(PATTERN)
    if own is None:
        return
    cuts = listed(LIKE_CUTS)
    instead = f"{WHERE[replacement]} instead,"
    said = f"Without the patterns' heads and skips, {instead} {written_row(own)} of Q is left"
    if not cuts:
        yield f"{said}: without controls ({', '.join(CONTROLS)}) that says nothing."
        return
    n = f"n{SPACE}={SPACE}{own['n']:,}"
    yield f"{said} ({n}), but a cut skip stops whatever comes that way: {cuts}."
    heads = left("pattern-heads")
    if heads is not None:
        yield (
            f"Without the patterns' heads alone, {instead} {written_row(heads)} of Q is left "
            f"(n{SPACE}={SPACE}{heads['n']:,}), "
            f"{listed(LIKE_HEADS)}."
        )


def _other_n(row: pd.Series, own: pd.Series) -> str:
    """The number of sentences, where it is not that of the pattern's row."""
    same = row["n"] == own["n"]
    return "" if same else f" (n{SPACE}={SPACE}{row['n']:,}, not paired with the patterns')"


def _own_and_best(table: pd.DataFrame, quantity: str) -> tuple[pd.Series | None, Best | None]:
    """The pattern's row of a quantity, and the highest of its rivals'."""
    rows = table[table["quantity"] == quantity]
    own = rows[rows["method"] == PATTERN]
    return None if own.empty else own.iloc[0], best_of(rows)
