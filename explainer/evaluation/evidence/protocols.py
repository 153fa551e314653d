"""What protocols say in all: a row for each method, measure and condition, with its interval.

Sentences that share a controller are not independent, so whole lexemes are resampled. A method
without a single value has its reason in the row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from explainer.base.errors import ExplainerError
from explainer.base.files import named, write_whole
from explainer.base.numbers import between
from explainer.evaluation.evidence.bootstrap import Estimate, ratio, resampling
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.written import PERCENT, written
from explainer.evaluation.line import Line
from explainer.evaluation.protocols.instead import PAIR
from explainer.evaluation.protocols.measurement import SECONDS, WHOLE
from explainer.evaluation.protocols.protocol import Quantity
from explainer.evaluation.protocols.run import FOLDER, wrong_line
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.evaluation.stored import RUN, read_records, read_run

PROTOCOLS_FILE, PROTOCOLS_REPORT = "protocols.csv", "protocols.md"
COLUMNS = (
    *("model", "task", "protocol", "method", "measure", "condition"),
    *("value", "low", "high", "n", "clusters", "missing", "note"),
)
DIGITS = 12
"""Values that differ by less are alike: they differ by rounding."""
TIME = Quantity("seconds a sentence", "lower")


def protocol_table(folder: Path) -> pd.DataFrame:
    """A row of `COLUMNS` for every method, measure and condition of the protocols run in `folder`.

    `n` counts the sentences with a value, `clusters` their lexemes, `missing` the sentences that
    have none, `note` what is most often said of them. Raises ExplainerError where no protocol was
    run or a file is damaged.
    """
    measured = pd.DataFrame([row for run in _runs(folder) for row in run])
    if measured.empty:
        raise ExplainerError(
            f"The folder {named(folder)} holds no measurements of a protocol: run one first."
        )
    rows: list[Line] = []
    for model, of_model in measured.groupby("model", sort=False):
        tasks = list(of_model["task"].unique())
        for task in [*tasks, *([EVERY_TASK] if len(tasks) > 1 else [])]:
            of_task = of_model if task == EVERY_TASK else of_model[of_model["task"] == task]
            keys = ["protocol", "method", "measure", "condition"]
            for place, values in of_task.groupby(keys, sort=False):
                row = dict(zip(keys, place, strict=True))
                rows.append({"model": model, "task": task, **row, **_estimate(values)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _runs(folder: Path) -> Iterator[Iterator[Line]]:
    for file in sorted(folder.glob(f"*/{FOLDER}/*/{RUN}")):
        run = read_run(file.parent)
        yield _measured(run["model"], read_records(file.parent, wrong_line))


def _measured(model: str, lines: list[Line]) -> Iterator[Line]:
    """The measurements of which there is a mean, one by one."""
    for line in lines:
        if "left_out" in line:
            continue
        quantities = PROTOCOLS[line["protocol"]].quantities
        of = {"model": model, **{name: line[name] for name in ("task", "protocol", "cluster")}}
        for one in (*line["measurements"], *line["seconds"]):
            quantity = quantities.get(one["measure"])
            if one["measure"] == SECONDS or (quantity is not None and quantity.averaged):
                yield {**of, **one}


def _estimate(values: pd.DataFrame) -> Line:
    """The mean over sentences, of which whole clusters are resampled."""
    known = values.dropna(subset="value")
    notes = Counter(note for note in values["note"] if note)
    of = known.groupby("cluster", sort=True)["value"]
    sums, sizes = of.sum().to_numpy(dtype=float), of.size().to_numpy(dtype=float)
    found = ratio(resampling(len(sums)), sums, sizes) if len(sums) else Estimate(*[np.nan] * 3)
    return {
        **asdict(found),
        **{"n": len(known), "clusters": len(sums), "missing": len(values) - len(known)},
        "note": notes.most_common(1)[0][0] if notes else "",
    }


@dataclass(frozen=True, eq=False)
class Grid:
    """One protocol on one task under one condition: methods down, measures across.

    `n` says of how many sentences and lexemes, `cells` are words, `best` the methods with the best
    value of a measure (several where equal), `level` those whose interval meets the best one's.
    """

    methods: tuple[str, ...]
    measures: dict[str, Quantity]
    cells: dict[tuple[str, str], str]
    best: dict[str, tuple[str, ...]]
    level: dict[str, tuple[str, ...]]
    n: str
    notes: tuple[str, ...]
    own: str | None
    labels: Mapping[str, str]

    def label(self, method: str) -> str:
        """The method's name for people."""
        return self.labels.get(method, method.replace("-", " "))

    def cell(self, method: str, measure: str) -> str:
        """The method's value as Markdown: bold the best, starred what is not shown to
        differ."""
        said = self.cells.get((method, measure), "–")
        if method in self.best.get(measure, ()):
            return f"**{said}**"
        return f"{said} ★" if method in self.level.get(measure, ()) else said

    def table(self) -> tuple[str, ...]:
        """The grid as the lines of a Markdown table."""
        arrows = {"higher": " ↑", "lower": " ↓", None: ""}
        heads = [
            f"{_short(quantity)}{', %' if quantity.percent else ''}{arrows[quantity.better]}"
            for quantity in self.measures.values()
        ]
        rows = [
            [self.label(method), *(self.cell(method, measure) for measure in self.measures)]
            for method in self.methods
        ]
        return tuple(
            f"| {' | '.join(row)} |"
            for row in (["method", *heads], ["---"] * (1 + len(heads)), *rows)
        )


def _short(quantity: Quantity) -> str:
    """A measure's name without what it says of itself."""
    return quantity.label.split(":")[0]


def conditions(rows: pd.DataFrame) -> tuple[str, ...]:
    """The conditions of a protocol's methods, the minimal pair's first, for it is the fairest."""
    of_methods = rows[rows["method"] != WHOLE]
    found = [name for name in of_methods["condition"].fillna("").unique() if name]
    return tuple(sorted(found, key=lambda name: PAIR not in name.split(", "))) or ("",)


def grid(rows: pd.DataFrame, condition: str) -> Grid:
    """The grid of the rows of one model, task and protocol; what needs no condition is in all."""
    protocol = PROTOCOLS[str(rows["protocol"].iloc[0])]
    quantities = {**protocol.quantities, SECONDS: TIME}
    named_by = rows["condition"].fillna("")
    here = rows[
        ((named_by == condition) | (named_by == ""))
        & rows["measure"].isin([name for name, quantity in quantities.items() if quantity.shown])
        & (rows["method"] != WHOLE)
    ]
    valued = set(here[here["n"] > 0]["measure"])
    measures = {name: quantities[name] for name in quantities if name in valued}
    cells: dict[tuple[str, str], str] = {}
    best: dict[str, tuple[str, ...]] = {}
    level: dict[str, tuple[str, ...]] = {}
    for name, quantity in measures.items():
        of_measure = here[here["measure"] == name].set_index("method")
        for method, row in of_measure.iterrows():
            cells[str(method), name] = _cell(row, quantity)
        known = of_measure.dropna(subset="value")
        if quantity.better is not None and len(known):
            values = known["value"].round(DIGITS)
            top = values.max() if quantity.better == "higher" else values.min()
            best[name] = tuple(str(method) for method in known.index[values == top])
            first = known.loc[best[name][0]]
            apart = (known["low"] > first["high"]) | (first["low"] > known["high"])
            level[name] = tuple(str(m) for m in known.index[~apart] if m not in best[name])
    return Grid(
        methods=tuple(dict.fromkeys(here["method"])),
        measures=measures,
        cells=cells,
        best=best,
        level=level,
        n=f"n = {_span(here['n'])} sentences, {_span(here['clusters'])} lexemes",
        notes=tuple(_notes(here, quantities, protocol.labels)),
        own=protocol.own,
        labels=protocol.labels,
    )


def _span(counts: pd.Series) -> str:
    """How many there are, from the fewest to the most where measures differ."""
    return between(counts[counts > 0].astype(int).tolist() or [0])


def _notes(
    rows: pd.DataFrame, quantities: Mapping[str, Quantity], labels: Mapping[str, str]
) -> Iterator[str]:
    """What is said of values, and why there are none: of a whole measure, or method by method."""
    for note, of_note in rows[rows["note"].fillna("") != ""].groupby("note", sort=False):
        if (of_note["n"] > 0).all():
            yield str(note)
            continue
        for measure, missing in of_note[of_note["n"] == 0].groupby("measure", sort=False):
            every = (rows[rows["measure"] == measure]["n"] == 0).all()
            who = ", ".join(labels.get(str(name), str(name)) for name in missing["method"])
            of = "" if every else f", {who}"
            yield f"{_short(quantities[str(measure)])}{of}: {note}"


def _cell(row: pd.Series, quantity: Quantity) -> str:
    if pd.isna(row["value"]):
        return "–"
    said = written(row["value"], row["low"], row["high"], percent=quantity.percent)
    said = said.replace(PERCENT, "")
    return said if quantity.percent else said.replace("+", "")


def verdict(found: Grid) -> str:
    """How the project's own method does against the best one of each measure, in a sentence."""
    asked = [name for name in found.best if (found.own, name) in found.cells and name != SECONDS]
    first = [name for name in asked if found.own in found.best[name]]
    level = [name for name in asked if found.own in found.level[name]]
    behind = [name for name in asked if name not in (*first, *level)]
    parts = [
        f"{start} {_listed(found, names)}"
        for start, names in (
            ("best on", first),
            ("not shown to differ from the best on", level),
            ("behind on", behind),
        )
        if names
    ]
    if not parts or found.own is None:
        return f"No method here is the project’s own ({found.n})."
    return f"{found.label(found.own).capitalize()}: {'; '.join(parts)} ({found.n})."


def _listed(found: Grid, names: list[str]) -> str:
    """Measures, by whoever is best on them where that is somebody else."""
    by_best: dict[str, list[str]] = {}
    for name in names:
        best = "" if found.own in found.best[name] else f" ({_names(found, name)})"
        by_best.setdefault(best, []).append(_short(found.measures[name]))
    return ", ".join(f"{' and '.join(of)}{best}" for best, of in by_best.items())


def _names(found: Grid, measure: str) -> str:
    return " and ".join(map(found.label, found.best[measure]))


def markdown(table: pd.DataFrame) -> str:
    """Every protocol of every model, task by task, as Markdown: the verdict first."""
    lines = ["# Protocols", "", READING, ""]
    for (model, name), rows in table.groupby(["model", "protocol"], sort=False):
        protocol = PROTOCOLS[str(name)]
        lines += [f"## {model}: {protocol.label}", "", protocol.asks, ""]
        lines += [f"- Refuted by: {protocol.refuted_by}", f"- Favour: {protocol.favours}", ""]
        for task, of_task in rows.groupby("task", sort=False):
            for condition in conditions(of_task):
                found = grid(of_task, condition)
                lines += [f"### {task}{f', {condition}' if condition else ''}", ""]
                lines += [verdict(found), "", *found.table(), ""]
                lines += [*(f"- {note}" for note in found.notes), ""] if found.notes else []
    return "\n".join(lines)


def verdicts(table: pd.DataFrame) -> Iterator[str]:
    """A line for every protocol of every model: over all of its tasks, or of its one."""
    for (model, name), rows in table.groupby(["model", "protocol"], sort=False):
        task = EVERY_TASK if (rows["task"] == EVERY_TASK).any() else rows["task"].iloc[0]
        of_task = rows[rows["task"] == task]
        for condition in conditions(of_task):
            where = ", ".join(filter(None, (str(model), str(name), str(task), condition)))
            yield f"{where}: {verdict(grid(of_task, condition))}"


READING = (
    "Means with 95 % intervals, for which lexemes are resampled. Bold is the best of a column, "
    "whoever it is; ★ marks those not shown to differ from it (the intervals meet, or there are "
    "too few sentences for any); ↑ higher and ↓ lower is better."
)


def write_protocols(folder: Path) -> tuple[pd.DataFrame, tuple[Path, ...]]:
    """Write the table of all protocols that were run in `folder`, as CSV and Markdown.

    Raises as `protocol_table`, and where a file cannot be written.
    """
    table = protocol_table(folder)
    texts = {PROTOCOLS_FILE: table.to_csv(index=False), PROTOCOLS_REPORT: markdown(table)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return table, tuple(folder / name for name in texts)
