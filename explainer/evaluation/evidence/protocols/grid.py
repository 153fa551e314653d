"""What protocols say in all, as tables: methods beside each other, the best marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from explainer.base.numbers import between
from explainer.evaluation.evidence.protocols.measured import BEHIND, DIGITS, TIME, unit_of
from explainer.evaluation.evidence.written import PERCENT, written
from explainer.evaluation.protocols.condition import INSTEAD, Condition
from explainer.evaluation.protocols.measurement import SECONDS, WHOLE
from explainer.evaluation.protocols.protocol import Quantity
from explainer.evaluation.protocols.table import PROTOCOLS


@dataclass(frozen=True, eq=False)
class Grid:
    """One protocol on one task under one condition: methods down, measures across.

    Where a protocol changes the conditions, they take the methods' place. `n` says of how many
    sentences and lexemes, `cells` are words, `best` the methods with the best value of a measure
    (several where equal), `level` those that are not shown to differ from it in the same sentences.
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
    rows: str

    def label(self, method: str) -> str:
        """The method's name for people."""
        return name_of(method, self.labels)

    def cell(self, method: str, measure: str) -> str:
        """The method's value as Markdown: bold the best, starred what is not shown to
        differ."""
        said = self.cells.get((method, measure), "–")
        if method in self.best.get(measure, ()):
            return f"**{said}**"
        return f"{said} ★" if method in self.level.get(measure, ()) else said

    @property
    def heads(self) -> tuple[str, ...]:
        """What stands over the columns: first the rows' own, then each measure's."""
        measures = (
            f"{quantity.short}{', %' if quantity.percent else ''}"
            f"{f' {quantity.aim}' if name in self.best else ''}"
            for name, quantity in self.measures.items()
        )
        return self.rows, *measures

    def table(self) -> tuple[str, ...]:
        """The grid as the lines of a Markdown table."""
        heads = [_in_table(head) for head in self.heads]
        rows = [
            [self.label(method), *(self.cell(method, measure) for measure in self.measures)]
            for method in self.methods
        ]
        return tuple(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def _in_table(said: str) -> str:
    """Text in a cell, which a stroke would end."""
    return said.replace("|", r"\|")


def name_of(method: str, labels: Mapping[str, str]) -> str:
    """A method's name for people."""
    return labels.get(method, method.replace("-", " "))


def conditions(rows: pd.DataFrame) -> tuple[Condition, ...]:
    """The conditions of a protocol's methods, the fairest first, zero last."""
    if PROTOCOLS[str(rows["protocol"].iloc[0])].changes:
        return (Condition(),)
    of_methods = rows[rows["method"] != WHOLE]
    pairs = dict.fromkeys(zip(of_methods["of"], of_methods["instead"], strict=True))
    found = [Condition(of, instead) for of, instead in pairs if of or instead]
    fairest = ["", *INSTEAD]
    return tuple(sorted(found, key=lambda one: fairest.index(one.instead))) or (Condition(),)


def chosen(rows: pd.DataFrame, condition: Condition) -> pd.DataFrame:
    """The methods' rows of a condition, and those that need none; all where conditions compete."""
    of_methods = rows[rows["method"] != WHOLE]
    if PROTOCOLS[str(rows["protocol"].iloc[0])].changes:
        return of_methods.assign(method=of_methods["of"])
    of, instead = of_methods["of"], of_methods["instead"]
    here = (of == condition.of) & (instead == condition.instead)
    return of_methods[here | ((of == "") & (instead == ""))]


def grid(rows: pd.DataFrame, condition: Condition) -> Grid:
    """The grid of the rows of one model, task and protocol; what needs no condition is in all."""
    protocol = PROTOCOLS[str(rows["protocol"].iloc[0])]
    unit = unit_of(rows)
    quantities = {name: one.of(unit) for name, one in protocol.quantities.items()} | {SECONDS: TIME}
    here = chosen(rows, condition)
    shown = [name for name, quantity in quantities.items() if quantity.shown]
    here = here[here["measure"].isin(shown)]
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
        if quantity.better is not None and not protocol.changes and len(known):
            gains = quantity.gain(known["value"].round(DIGITS).to_numpy(dtype=float))
            best[name] = tuple(known.index[gains == gains.max()])
            apart = known[f"{BEHIND}_low"] > 0
            level[name] = tuple(m for m in known.index[~apart] if m not in best[name])
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
        rows="what was changed" if protocol.changes else "method",
    )


def _span(counts: pd.Series) -> str:
    """How many there are, from the fewest to the most where measures differ."""
    return between(counts[counts > 0].astype(int).tolist() or [0])


def _notes(
    rows: pd.DataFrame, quantities: Mapping[str, Quantity], labels: Mapping[str, str]
) -> Iterator[str]:
    """What is said of values, and why there are none: of a whole measure, or method by method."""
    for note, of_note in rows[rows["note"] != ""].groupby("note", sort=False):
        if (of_note["n"] > 0).all():
            yield str(note)
            continue
        for measure, missing in of_note[of_note["n"] == 0].groupby("measure", sort=False):
            every = (rows[rows["measure"] == measure]["n"] == 0).all()
            who = ", ".join(labels.get(str(name), str(name)) for name in missing["method"])
            of = "" if every else f", {who}"
            yield f"{quantities[str(measure)].short}{of}: {note}"


def _cell(row: pd.Series, quantity: Quantity) -> str:
    if pd.isna(row["value"]):
        return "–"
    said = written(row["value"], row["low"], row["high"], percent=quantity.percent)
    said = said.replace(PERCENT, "")
    return said if quantity.percent else said.replace("+", "")


def standing(found: Grid) -> str | None:
    """How the project's own method does against the best one of each measure, in a sentence; None
    where none is among them."""
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
        return None
    return f"{found.label(found.own).capitalize()}: {'; '.join(parts)} ({found.n})."


def _listed(found: Grid, names: list[str]) -> str:
    """Measures, by whoever is best on them where that is somebody else."""
    by_best: dict[str, list[str]] = {}
    for name in names:
        best = "" if found.own in found.best[name] else f" ({_names(found, name)})"
        by_best.setdefault(best, []).append(found.measures[name].short)
    return ", ".join(f"{' and '.join(of)}{best}" for best, of in by_best.items())


def _names(found: Grid, measure: str) -> str:
    return " and ".join(map(found.label, found.best[measure]))
