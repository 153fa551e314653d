"""The tables of docs/reproduction.md, model by model, from a summary and its forms of sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

import pandas as pd

from explainer.evaluation.evidence.consistency import MEASURES, correlation
from explainer.evaluation.evidence.rows import EQUAL, LIKE_CUTS, LIKE_HEADS, paired, row_of
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.written import PERCENT, written, written_row
from explainer.evaluation.methods import METHODS, PATTERN, CellMethod

KEPT = (PATTERN, "rollout", *EQUAL, "conductance", "internal-influence")
CUTS = (PATTERN, *LIKE_CUTS, "pattern-heads", *LIKE_HEADS)
LEVELS = (("embedding", "nodes"), ("attention", "heads and skips"))
REPLACEMENTS = ("zero", "baseline")


Lines = Iterator[str]


def model_tables(numbers: pd.DataFrame, forms: pd.DataFrame) -> Lines:
    """All tables of one model, each under its heading and what its columns are."""
    parts = {
        "Skip connections": _skip(numbers),
        "Skip’s share of all influence, by block": _blocks(numbers),
        "Consistency": _consistency(forms),
        "Heads and skips cut, beside controls: Q left, %": _controls(numbers),
        "Nodes kept alone, equal numbers and others: Q left, %": _equal(numbers),
        "Better than the patterns in the same sentences, points": _beside(numbers),
        "What patterns and rivals carry and leave, paths of all words": _methods(numbers, "all"),
        "The same, only words with positive influence": _methods(numbers, "positive"),
        "The patterns, task by task": _tasks(numbers),
    }
    for heading, table in parts.items():
        lines = list(table)
        if lines:
            yield from (f"**{heading}**", "", *lines, "")


def _parts(numbers: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of a model by their task."""
    for task, rows in numbers.groupby("task", sort=False):
        yield str(task), rows


def _cell(row: pd.Series | None) -> str:
    return "–" if row is None else written_row(row).replace(PERCENT, "")


def _by_task(
    numbers: pd.DataFrame,
    first: str,
    heads: Sequence[str],
    cells: Callable[[pd.DataFrame], Iterable[str]],
) -> Lines:
    """A row for each task."""
    yield f"| {first} | {' | '.join(heads)} |"
    yield "|---|" + "---|" * len(heads)
    for name, rows in _parts(numbers):
        yield f"| {name} | {' | '.join(cells(rows))} |"


def _skip(numbers: pd.DataFrame) -> Lines:
    quantities = ("accuracy", "skip flow", "signed skip flow", "skip steps", "alignment")
    heads = [f"{quantity}, %" for quantity in quantities]
    heads += [f"log10 of {name} among all paths" for _, name in LEVELS]

    def cells(rows: pd.DataFrame) -> Lines:
        q = row_of(rows, "Q")
        assert q is not None
        yield f"{q['value']:.2f}"
        yield from (_cell(row_of(rows, quantity)) for quantity in quantities)
        for level, _ in LEVELS:
            row = row_of(rows, "log10 sparsity", level=level)
            yield "–" if row is None else f"{row['value']:.1f}".replace("-", "−")

    return _by_task(numbers, "task", ("mean Q", *heads), cells)


def _blocks(numbers: pd.DataFrame) -> Lines:
    layers = sorted(int(layer) for layer in numbers["layer"].dropna().unique())
    return _by_task(
        numbers,
        "%",
        [f"block {layer}" for layer in layers],
        lambda rows: (_cell(row_of(rows, "skip flow", layer=layer)) for layer in layers),
    )


def _methods(numbers: pd.DataFrame, words: str) -> Lines:
    """Every method, over all tasks where there are several."""
    rows = _whole(numbers)
    rows = rows[rows["words"] == words]
    quantities = [
        (f"{quantity}, {replacement}", quantity, replacement)
        for replacement in REPLACEMENTS
        for quantity in ("retained Q", "retained accuracy", "removed Q")
    ]
    yield f"| level | method | size | carried | {' | '.join(q[0] for q in quantities)} |"
    yield "|---|---|---|---|" + "---|" * len(quantities)
    for (level, label), method in product(LEVELS, METHODS.values()):
        of = {"level": level, "words": words, "method": method.name}
        size = row_of(rows, "size", **of)
        if size is None or isinstance(method, CellMethod) or method.name in EQUAL:
            continue
        cells = [
            _cell(row_of(rows, quantity, **of, replacement=replacement))
            for _, quantity, replacement in quantities
        ]
        carried = _cell(row_of(rows, "carried", **of))
        yield (
            f"| {label} | {method.label} | {size['value']:.1f} | {carried} | {' | '.join(cells)} |"
        )


def _controls(numbers: pd.DataFrame) -> Lines:
    """What is left of Q when heads and skips are cut: the patterns', parts of them, and others."""
    yield "| cut | n | nouns | how many | baseline elsewhere | zero elsewhere |"
    yield from _left(numbers, CUTS, "attention", "removed Q")


def _equal(numbers: pd.DataFrame) -> Lines:
    """What is left of Q with only some nodes, as many of every layer as the patterns have."""
    yield "| kept | n | nouns | nodes | baseline elsewhere | zero elsewhere |"
    yield from _left(numbers, KEPT, "embedding", "retained Q")


def _left(numbers: pd.DataFrame, methods: Sequence[str], level: str, quantity: str) -> Lines:
    yield "|---|---|---|---|---|---|"
    rows = _whole(numbers)
    for method in methods:
        of = {"level": level, "words": "all", "method": method}
        size = row_of(rows, "size", **of)
        one, other = (
            row_of(rows, quantity, **of, replacement=name) for name in ("baseline", "zero")
        )
        if size is not None and one is not None:
            yield (
                f"| {METHODS[method].label} | {_counted(one)} | {size['value']:.1f} "
                f"| {_cell(one)} | {_cell(other)} |"
            )


def _beside(numbers: pd.DataFrame) -> Lines:
    """By how much others are better than the patterns in the same sentences; nothing where the
    results do not tell."""
    rows = _whole(numbers)
    found = []
    for method in (*KEPT[1:], *LIKE_HEADS):
        level = "attention" if method in LIKE_HEADS else "embedding"
        of = {"level": level, "words": "all", "method": method}
        cells = [
            row_of(rows, quantity, **of, replacement=replacement)
            for quantity in ("retained Q", "retained accuracy", "removed Q")
            for replacement in ("baseline", "zero")
        ]
        # Nodes without which it runs again are those of the words too, whatever the method.
        cells = [None if level == "embedding" and at > 3 else row for at, row in enumerate(cells)]
        known = [row for row in cells if row is not None and paired(row)]
        if known:
            apart = (_apart(row) for row in cells)
            label = METHODS[method].label
            found.append(f"| {label} | {_counted(known[0])} | {' | '.join(apart)} |")
    if found:
        yield (
            "| method | n | nouns | Q kept, baseline | Q kept, zero | right answers kept, baseline "
            "| right answers kept, zero | Q left without its heads, less than without patterns’, "
            "baseline | the same, zero |"
        )
        yield "|---|---|---|" + "---|" * 6
        yield from found


def _apart(row: pd.Series | None) -> str:
    if row is None or not paired(row):
        return "–"
    names = ("beside", "beside_low", "beside_high")
    return written(*(row[name] for name in names)).replace(PERCENT, "")


def _counted(row: pd.Series) -> str:
    """Of how many sentences and nouns a row is, as two cells."""
    return f"{row['n']:,} | {of_nouns(row.get('clusters'), row['n'])}"


def of_nouns(clusters: float | None, n: int) -> str:
    """The number of nouns in a cell; none where it is not known, or every sentence stands alone."""
    return "–" if clusters is None or pd.isna(clusters) or clusters == n else f"{clusters:.0f}"


def _whole(numbers: pd.DataFrame) -> pd.DataFrame:
    """All tasks together where there are several, else the one."""
    several = numbers[numbers["task"] == EVERY_TASK]
    return several if len(several) else numbers


def _tasks(numbers: pd.DataFrame) -> Lines:
    """The pattern alone; of one task it stands among the methods."""
    if numbers["task"].nunique() == 1:
        return
    columns = {
        f"{quantity}, {label}{f', {given}' if given else ''}": (quantity, level, given)
        for level, label in LEVELS
        for quantity, given in (
            ("carried", None),
            ("retained Q", "baseline"),
            ("retained accuracy", "baseline"),
            ("retained accuracy", "zero"),
        )
    }

    def cells(rows: pd.DataFrame) -> Lines:
        for quantity, level, given in columns.values():
            of = {"level": level, "words": "all", "method": PATTERN, "replacement": given}
            yield _cell(row_of(rows, quantity, **of))

    yield from _by_task(numbers, "%", list(columns), cells)


def _consistency(found: pd.DataFrame) -> Lines:
    """Correlations over forms, resampled; the forms that have errors; entropies' own intervals."""
    if found.empty:
        yield "No form of sentence is common enough to say how consistent its patterns are."
        return
    yield (
        "| rank correlation over forms | forms | with mean Q | within tasks | with accuracy | "
        "within tasks |"
    )
    yield "|---|---|---|---|---|---|"
    for measure in MEASURES:
        cells = [
            written(e.value, e.low, e.high, percent=False)
            for e in (
                correlation(found, measure, what, within=within)
                for what in ("Q", "accuracy")
                for within in (False, True)
            )
        ]
        yield f"| {measure} | {(found['measure'] == measure).sum()} | {' | '.join(cells)} |"
    forms_of = found[found["measure"] == MEASURES[0]]
    wrong = forms_of[forms_of["accuracy"] < 1]
    known = found.dropna(subset="entropy_low")
    outside = ~known["entropy"].between(known["entropy_low"], known["entropy_high"])
    yield ""
    yield (
        f"{len(wrong)} of {len(forms_of)} forms have errors "
        f"({', '.join(dict.fromkeys(wrong['task'])) or 'none'}); {forms_of['n'].min()} to "
        f"{forms_of['n'].max()} sentences a form; {outside.sum()} of {len(known)} entropies lie "
        "outside their own interval."
    )
