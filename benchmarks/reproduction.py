"""The tables of docs/reproduction.md from a folder that `python -m explainer evaluate` filled.

Run `python -m benchmarks.reproduction RUNS`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from explainer.evaluation.consistency import MEASURES, Form, correlation, forms
from explainer.evaluation.findings import row_of, written
from explainer.evaluation.left_out import counts
from explainer.evaluation.methods import METHODS
from explainer.evaluation.summary import EVERY_TASK, summary
from explainer.evaluation.tables import Tables, read_tables

LEVELS = (("embedding", "nodes"), ("attention", "heads and skips"))
REPLACEMENTS = ("zero", "baseline")


def main() -> None:
    """Parse the command line and print every table, model by model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, help="the folder")
    folder = parser.parse_args().runs
    tables = read_tables(folder)
    numbers, found = summary(tables), forms(tables)
    print("\n".join(_sentences(tables)))
    for model, of_model in numbers.groupby("model", sort=False):
        print(f"\n## {model}\n")
        for part in (
            _skip(of_model),
            _blocks(of_model),
            _methods(of_model),
            _tasks(of_model),
            _consistency(tuple(form for form in found if form.model == model)),
        ):
            print("\n".join(part), end="\n\n")


def _sentences(tables: Tables) -> Iterator[str]:
    yield "| task | sentences | left out | seconds each |"
    yield "|---|---|---|---|"
    for count in counts(tables):
        rows = tables.sentences
        of_task = rows[(rows["model"] == count.model) & (rows["task"] == count.task)]
        seconds = of_task["seconds"].median()
        yield f"| {count.task} | {count.evaluated} | {count.missing} | {seconds:.2f} |"


def _parts(numbers: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of a model by their task."""
    for task, rows in numbers.groupby("task", sort=False):
        yield str(task), rows


def _cell(row: pd.Series | None) -> str:
    if row is None:
        return "–"
    return written(row["value"], row["low"], row["high"]).replace(" %", "")


def _skip(numbers: pd.DataFrame) -> Iterator[str]:
    quantities = ("accuracy", "skip flow", "signed skip flow", "skip steps", "alignment")
    yield f"| % | mean Q | {' | '.join(quantities)} |"
    yield "|---|---|" + "---|" * len(quantities)
    for name, rows in _parts(numbers):
        q = row_of(rows, "Q")
        assert q is not None
        cells = [_cell(row_of(rows, quantity)) for quantity in quantities]
        yield f"| {name} | {q['value']:.2f} | {' | '.join(cells)} |"


def _blocks(numbers: pd.DataFrame) -> Iterator[str]:
    layers = sorted(int(layer) for layer in numbers["layer"].dropna().unique())
    yield f"| skip flow, % | {' | '.join(f'block {layer}' for layer in layers)} |"
    yield "|---|" + "---|" * len(layers)
    for name, rows in _parts(numbers):
        cells = [_cell(row_of(rows, "skip flow", layer=layer)) for layer in layers]
        yield f"| {name} | {' | '.join(cells)} |"


def _methods(numbers: pd.DataFrame) -> Iterator[str]:
    """Every method, over all tasks where there are several."""
    several = (numbers["task"] == EVERY_TASK).any()
    for name, rows in _parts(numbers):
        if several and name != EVERY_TASK:
            continue
        quantities = [
            (f"{quantity}, {replacement}", quantity, replacement)
            for replacement in REPLACEMENTS
            for quantity in ("retained Q", "retained accuracy", "removed Q")
        ]
        for words in ("all", "positive"):
            yield f"{name}, paths of {words} words, %:"
            yield ""
            yield f"| level | method | size | carried | {' | '.join(q[0] for q in quantities)} |"
            yield "|---|---|---|---|" + "---|" * len(quantities)
            for (level, label), method in (
                (pair, method) for pair in LEVELS for method in METHODS.values()
            ):
                of = {"level": level, "words": words, "method": method.name}
                size = row_of(rows, "size", **of)
                if size is None:
                    continue
                cells = [
                    _cell(row_of(rows, quantity, **of, replacement=replacement))
                    for _, quantity, replacement in quantities
                ]
                carried = _cell(row_of(rows, "carried", **of))
                yield (
                    f"| {label} | {method.label} | {size['value']:.1f} | {carried} | "
                    f"{' | '.join(cells)} |"
                )
            yield ""


def _tasks(numbers: pd.DataFrame) -> Iterator[str]:
    """The pattern alone, task by task."""
    columns = [
        (
            f"{quantity}, {label}{f', {replacement}' if replacement else ''}",
            quantity,
            level,
            replacement,
        )
        for level, label in LEVELS
        for quantity, replacement in (
            ("carried", None),
            ("retained Q", "baseline"),
            ("retained accuracy", "baseline"),
            ("retained accuracy", "zero"),
        )
    ]
    yield f"| % | {' | '.join(column[0] for column in columns)} |"
    yield "|---|" + "---|" * len(columns)
    for name, rows in _parts(numbers):
        cells = [
            _cell(
                row_of(
                    rows, quantity, level=level, words="all", method="pattern", replacement=given
                )
            )
            for _, quantity, level, given in columns
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def _consistency(found: tuple[Form, ...]) -> Iterator[str]:
    if not found:
        yield "No form of sentence is common enough to say how consistent its patterns are."
        return
    yield "| rank correlation over forms | forms | with accuracy | with mean Q |"
    yield "|---|---|---|---|"
    for measure in MEASURES:
        cells = [
            written(e.value, e.low, e.high, percent=False)
            for e in (correlation(found, measure, what) for what in ("accuracy", "Q"))
        ]
        yield f"| {measure} | {len(found)} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
