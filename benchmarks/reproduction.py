"""The tables of docs/reproduction.md from a folder that `python -m explainer evaluate` filled.

Run `python -m benchmarks.reproduction RUNS`, or with assets/evaluation for the project's own
results, whose sentences are not kept; with `--write` the figures are drawn in docs/figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from explainer.base.assets import ROOT
from explainer.evaluation.evidence.bootstrap import FEWEST
from explainer.evaluation.evidence.consistency import (
    MEASURES,
    consistency_table,
    correlation,
    forms,
)
from explainer.evaluation.evidence.left_out import counts
from explainer.evaluation.evidence.report import ABOUT, CONSISTENCY, SUMMARY
from explainer.evaluation.evidence.rows import EQUAL, LIKE_CUTS, LIKE_HEADS, row_of
from explainer.evaluation.evidence.summary import EVERY_TASK, summary
from explainer.evaluation.evidence.tables import Tables, read_tables
from explainer.evaluation.evidence.written import PERCENT, written, written_row
from explainer.evaluation.methods import METHODS, PATTERN, CellMethod
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.evaluation import consistency_scene, skip_scene

FIGURES = ROOT / "docs" / "figures"
CUTS = (PATTERN, *LIKE_CUTS, "pattern-heads", *LIKE_HEADS)
LEVELS = (("embedding", "nodes"), ("attention", "heads and skips"))
REPLACEMENTS = ("zero", "baseline")


def main() -> None:
    """Parse the command line and print every table, model by model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, help="the folder, or assets/evaluation")
    parser.add_argument("--write", action="store_true", help="draw the figures")
    options = parser.parse_args()
    folder = options.runs
    if (folder / ABOUT).exists() and not any(folder.glob("*/run.json")):
        # The project's own results: their sentences are not kept.
        numbers, found = (pd.read_csv(folder / name) for name in (SUMMARY, CONSISTENCY))
    else:
        tables = read_tables(folder)
        numbers, found = summary(tables), consistency_table(forms(tables))
        print("\n".join(_sentences(tables)))
    for model, lines in printed(numbers, found):
        print(f"\n## {model}\n")
        print("\n".join(lines))
    if options.write:
        for name, (title, scene) in scenes(numbers, found).items():
            svg = to_svg(scene, palette(False).surface, title, title)
            (FIGURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def printed(numbers: pd.DataFrame, found: pd.DataFrame) -> Iterator[tuple[str, Iterator[str]]]:
    """Every model with the lines of its tables."""
    for model, of_model in numbers.groupby("model", sort=False):
        parts = (
            _skip(of_model),
            _sparsity(of_model),
            _blocks(of_model),
            _controls(of_model),
            _equal(of_model),
            _methods(of_model),
            _tasks(of_model),
            _consistency(found[found["model"] == model] if len(found) else found),
        )
        yield str(model), (line for part in parts for line in (*part, ""))


def scenes(numbers: pd.DataFrame, found: pd.DataFrame) -> dict[str, tuple[str, Scene]]:
    """What the paper's first two findings rest on, with title, by the name of the file."""
    of_tasks = numbers[numbers["task"] != EVERY_TASK]
    skip = "Skip connections’ share of all influence, block by block"
    drawn = {"skip-by-block": (skip, skip_scene(of_tasks, title=skip))}
    for model, forms_of in found.groupby("model", sort=False) if len(found) else ():
        if (forms_of["measure"] == MEASURES[0]).sum() < FEWEST:
            continue
        title = f"Right answers and the entropy of patterns’ nodes, form by form: {model}"
        scene = consistency_scene(forms_of, MEASURES[0], title=title)
        drawn[f"consistency-{model}"] = title, scene
    return drawn


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
    return "–" if row is None else written_row(row).replace(PERCENT, "")


def _by_task(
    numbers: pd.DataFrame,
    first: str,
    heads: Sequence[str],
    cells: Callable[[pd.DataFrame], Iterable[str]],
) -> Iterator[str]:
    """A row for each task."""
    yield f"| {first} | {' | '.join(heads)} |"
    yield "|---|" + "---|" * len(heads)
    for name, rows in _parts(numbers):
        yield f"| {name} | {' | '.join(cells(rows))} |"


def _skip(numbers: pd.DataFrame) -> Iterator[str]:
    quantities = ("accuracy", "skip flow", "signed skip flow", "skip steps", "alignment")

    def cells(rows: pd.DataFrame) -> Iterator[str]:
        q = row_of(rows, "Q")
        assert q is not None
        yield f"{q['value']:.2f}"
        yield from (_cell(row_of(rows, quantity)) for quantity in quantities)

    return _by_task(numbers, "%", ("mean Q", *quantities), cells)


def _sparsity(numbers: pd.DataFrame) -> Iterator[str]:
    """How many patterns there are beside all paths."""

    def cells(rows: pd.DataFrame) -> Iterator[str]:
        for level, _ in LEVELS:
            row = row_of(rows, "log10 sparsity", level=level)
            yield "–" if row is None else f"{row['value']:.1f}".replace("-", "−")

    heads = [name for _, name in LEVELS]
    return _by_task(numbers, "patterns among all paths, power of ten", heads, cells)


def _blocks(numbers: pd.DataFrame) -> Iterator[str]:
    layers = sorted(int(layer) for layer in numbers["layer"].dropna().unique())
    return _by_task(
        numbers,
        "skip flow, %",
        [f"block {layer}" for layer in layers],
        lambda rows: (_cell(row_of(rows, "skip flow", layer=layer)) for layer in layers),
    )


def _methods(numbers: pd.DataFrame) -> Iterator[str]:
    """Every method, over all tasks where there are several."""
    for name, rows in _wholes(numbers):
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
                if size is None or isinstance(method, CellMethod) or method.name in EQUAL:
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


def _controls(numbers: pd.DataFrame) -> Iterator[str]:
    """What is left of Q when heads and skips are cut: the patterns', parts of them, and others."""
    yield "| cut, Q left in % | n | how many | baseline elsewhere | zero elsewhere |"
    yield from _left(numbers, CUTS, "attention", "removed Q")


def _equal(numbers: pd.DataFrame) -> Iterator[str]:
    """What is left of Q with only some nodes, as many of every layer as the patterns have."""
    yield "| kept, Q left in % | n | nodes | baseline elsewhere | zero elsewhere |"
    methods = (PATTERN, "rollout", *EQUAL, "conductance", "internal-influence")
    yield from _left(numbers, methods, "embedding", "retained Q")


def _left(
    numbers: pd.DataFrame, methods: Sequence[str], level: str, quantity: str
) -> Iterator[str]:
    yield "|---|---|---|---|---|"
    for name, rows in _wholes(numbers):
        for method in methods:
            of = {"level": level, "words": "all", "method": method}
            size = row_of(rows, "size", **of)
            cells = [
                row_of(rows, quantity, **of, replacement=replacement)
                for replacement in ("baseline", "zero")
            ]
            if size is not None and cells[0] is not None:
                yield (
                    f"| {name}: {METHODS[method].label} | {cells[0]['n']:,} | {size['value']:.1f} "
                    f"| {' | '.join(map(_cell, cells))} |"
                )


def _wholes(numbers: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All tasks together where there are several, else the one."""
    several = (numbers["task"] == EVERY_TASK).any()
    for name, rows in _parts(numbers):
        if not several or name == EVERY_TASK:
            yield name, rows


def _tasks(numbers: pd.DataFrame) -> Iterator[str]:
    """The pattern alone, task by task."""
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

    def cells(rows: pd.DataFrame) -> Iterator[str]:
        for quantity, level, given in columns.values():
            of = {"level": level, "words": "all", "method": PATTERN, "replacement": given}
            yield _cell(row_of(rows, quantity, **of))

    return _by_task(numbers, "%", list(columns), cells)


def _consistency(found: pd.DataFrame) -> Iterator[str]:
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
    outside = ~found["entropy"].between(found["entropy_low"], found["entropy_high"])
    yield ""
    yield (
        f"{len(wrong)} of {len(forms_of)} forms have errors "
        f"({', '.join(dict.fromkeys(wrong['task'])) or 'none'}); {forms_of['n'].min()} to "
        f"{forms_of['n'].max()} sentences a form; {outside.sum()} of {len(found)} entropies lie "
        "outside their own interval."
    )


if __name__ == "__main__":
    main()
