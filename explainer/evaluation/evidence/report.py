"""What a run leaves in its folder for people: tables, a summary, its findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from statistics import median

import pandas as pd

from explainer.base.checks import instance
from explainer.base.files import write_whole
from explainer.base.numbers import counted
from explainer.evaluation.evidence.consistency import consistency_table, forms
from explainer.evaluation.evidence.finding import Finding
from explainer.evaluation.evidence.findings import findings, gap_note
from explainer.evaluation.evidence.left_out import Count, counts
from explainer.evaluation.evidence.rows import UNEQUAL
from explainer.evaluation.evidence.summary import EVERY_TASK, summary
from explainer.evaluation.evidence.tables import Tables, tables_of_runs, write_tables
from explainer.evaluation.evidence.written import PERCENT, written, written_row
from explainer.evaluation.line import Line
from explainer.evaluation.methods import METHODS, PATTERN
from explainer.evaluation.stored import Stored, stored_runs
from explainer.results.target import LOGITS, UNITS

SUMMARY, CONSISTENCY, REPORT = "summary.csv", "consistency.csv", "summary.md"
FINDINGS, ABOUT = "findings.json", "about.json"
PAIRED = ("retained Q", "retained accuracy", "removed Q")
"""What methods are compared by with the patterns in the same sentences."""
COMPARED = ("size", "carried", "retained accuracy", "retained Q", "removed Q")


@dataclass(frozen=True, eq=False)
class Report:
    """A run in numbers: `summary` and `consistency` as tables, `findings` in sentences.

    `counts` says of every task how many sentences there are and how many were left out, `units`
    what Q is in, by model and task (logits where it is not said).
    """

    summary: pd.DataFrame
    consistency: pd.DataFrame
    findings: tuple[Finding, ...]
    counts: tuple[Count, ...]
    units: Mapping[tuple[str, str], str] = field(default_factory=dict)


def report(tables: Tables) -> Report:
    """The report of a run's tables."""
    numbers, of_forms = summary(tables), consistency_table(forms(tables))
    found = findings(numbers, of_forms)
    return Report(numbers, of_forms, found, counts(tables), _units(tables.sentences))


def _units(sentences: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What Q is in, of every task of every model, and over all of its tasks."""
    found: dict[tuple[str, str], str] = {}
    for model, of_model in sentences.groupby("model", sort=False):
        for task in (*of_model["task"].unique(), EVERY_TASK):
            rows = of_model if task == EVERY_TASK else of_model[of_model["task"] == task]
            known = set(rows["unit"])
            found[str(model), str(task)] = " and ".join(unit for unit in UNITS if unit in known)
    return found


def write_report(folder: Path) -> tuple[Report, tuple[Path, ...]]:
    """Write the tables and the report of all runs in `folder`; the report and the files.

    Raises ExplainerError if no sentence has been evaluated there, something is damaged, a file
    cannot be written, and for a folder that is no Path.
    """
    instance("argument folder", folder, Path, "a Path of the folder that holds the runs")
    runs = stored_runs(folder)
    tables = tables_of_runs(runs, folder)
    found = report(tables)
    files = list(write_tables(tables, folder))
    texts = {
        SUMMARY: found.summary.to_csv(index=False),
        CONSISTENCY: found.consistency.to_csv(index=False),
        REPORT: markdown(found),
        FINDINGS: findings_json(found.findings),
        ABOUT: json_text(list(about(runs, found.counts))),
    }
    for name, text in texts.items():
        write_whole(folder / name, text)
        files.append(folder / name)
    return found, tuple(files)


def about(runs: Sequence[Stored], found: tuple[Count, ...]) -> Iterator[Line]:
    """What the runs are, each with its `task`, how many sentences are `done`, and of them how many
    were `evaluated` and `left_out`, with the reasons; and the median of the `seconds` that one
    took."""
    of = {(count.model, count.task): count for count in found}
    for run in runs:
        count = of.get((run.run["model"], run.task))
        yield {
            **{"task": run.task, **run.run, "done": len(run.lines)},
            "evaluated": count.evaluated if count else 0,
            "left_out": count.missing if count else 0,
            "seconds": _seconds(run),
            "reasons": [asdict(reason) for reason in count.left_out] if count else [],
        }


def _seconds(run: Stored) -> float | None:
    took = [line["seconds"] for line in run.lines if "left_out" not in line]
    return round(median(took), 2) if took else None


def findings_json(found: Sequence[Finding]) -> str:
    """Findings as they are stored."""
    return json_text([asdict(finding) for finding in found])


def json_text(value: object) -> str:
    """Plain values as a file has them."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def markdown(found: Report) -> str:
    """The report as Markdown: findings first, then a table for every task."""
    lines = ["# Evaluation", ""]
    lines += [*_counted(found.counts), ""]
    for model, rows in found.summary.groupby("model", sort=False):
        for task, of_task in rows.groupby("task", sort=False):
            note = gap_note(of_task)
            lines += [f"**Warning** ({model}, {task}): {note}", ""] if note else []
    for finding in found.findings:
        lines += [f"**{finding.claim}** ({finding.model}): **{finding.verdict}**", ""]
        lines += [*(f"- {test.text}" for test in finding.tests), "", finding.control, ""]
        lines += ["In all:", "", *(f"- {point}" for point in finding.points), ""]
    for (model, task), rows in found.summary.groupby(["model", "task"], sort=False):
        unit = found.units.get((str(model), str(task)), LOGITS)
        lines += [f"## {model}: {task}", "", *_as_it_is(rows, unit), "", *_methods(rows)]
        lines += _beside(rows)
    return "\n".join(lines)


def _counted(found: tuple[Count, ...]) -> Iterator[str]:
    """How many sentences the numbers are over, and what is not in them."""
    for count in found:
        yield f"- {count.model}, {count.task}: {count.says}"
        for said in count.reasons():
            yield f"    - {said}"


def _as_it_is(rows: pd.DataFrame, unit: str) -> Iterator[str]:
    once = rows[rows["method"].isna() & rows["layer"].isna() & rows["level"].isna()]
    for row in once.itertuples():
        percent = row.quantity != "Q"
        value = written(row.value, row.low, row.high, percent=percent)
        of = f"n = {row.n}, {counted(row.clusters, 'noun')}"
        yield f"- {row.quantity}: {value}{'' if percent else f' {unit}'} ({of})"


def _methods(rows: pd.DataFrame) -> Iterator[str]:
    """A table of methods for each choice of words and replacement; shares in per cent with their
    intervals."""
    for words, replacement in product(
        rows["words"].dropna().unique(), rows["replacement"].dropna().unique()
    ):
        said = "all words" if words == "all" else "words with positive influence"
        of_replacement = rows["replacement"].isna() | (rows["replacement"] == replacement)
        here = (rows["words"] == words) & of_replacement
        yield f"Paths of {said}, {replacement} elsewhere, %; of `carried`, {UNEQUAL}:"
        yield ""
        yield f"| level | method | {' | '.join(COMPARED)} |"
        yield "|---|---|" + "---|" * len(COMPARED)
        for (level, method), of in rows[here].groupby(["level", "method"], sort=False):
            found: dict[str, pd.Series] = {}
            for _, row in of[of["quantity"].isin(COMPARED)].iterrows():
                found.setdefault(row["quantity"], row)
            cells = [_cell(found.get(quantity)) for quantity in COMPARED]
            yield f"| {level} | {METHODS[method].label} | {' | '.join(cells)} |"
        yield ""


def _beside(rows: pd.DataFrame) -> Iterator[str]:
    """By how much methods are better than the patterns, or than their heads cut, in the same
    sentences."""
    known = rows[(rows["words"] == "all") & rows["beside"].notna() & (rows["method"] != PATTERN)]
    if known.empty:
        return
    yield (
        "Better than the patterns by so many points, in the same sentences, paths of all words "
        "(removed Q: less left than without the patterns' heads):"
    )
    yield ""
    yield f"| level | method | elsewhere | {' | '.join(PAIRED)} |"
    yield "|---|---|---|" + "---|" * len(PAIRED)
    by = ["level", "method", "replacement"]
    for (level, method, instead), found in known.groupby(by, sort=False):
        of = found.set_index("quantity")[["beside", "beside_low", "beside_high"]]
        apart = [
            written(*of.loc[name]).replace(PERCENT, "") if name in of.index else "–"
            for name in PAIRED
        ]
        yield f"| {level} | {METHODS[method].label} | {instead} | {' | '.join(apart)} |"
    yield ""


def _cell(row: pd.Series | None) -> str:
    if row is None:
        return "–"
    if row["quantity"] == "size":
        return f"{row['value']:.1f}"
    return written_row(row).replace(PERCENT, "")
