"""What many sentences have in common as files: picture, report, numbers, the tables behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from explainer import CommonDifference, CommonPattern
from explainer.app.compute.runs import corpus as compute
from explainer.app.corpus.filters import MOST_GROUPS
from explainer.app.corpus.snippet import snippet
from explainer.app.corpus.sources import Known
from explainer.app.corpus.state import LINKED
from explainer.app.corpus.tables import head_frame
from explainer.app.widgets.saving.files import File, picture_files, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.cli.report import MOST_GROUPS as DRAWN_GROUPS
from explainer.corpus.common import Chosen
from explainer.corpus.results import Gathered
from explainer.corpus.schema import Table
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.svg import to_svg
from explainer.figures.canvas.wording import carrier
from explainer.figures.common.graph import common_scene, common_svg
from explainer.figures.common.report import common_html, difference_html
from explainer.figures.common.said import difference_summary


def save_popover(
    known: Known, common: CommonPattern, chosen: Chosen, difference: CommonDifference | None
) -> None:
    """What can be saved, behind one button."""
    with save_button() as is_open:
        if is_open:
            _files(known, common, chosen, difference)


def _files(
    known: Known, common: CommonPattern, chosen: Chosen, difference: CommonDifference | None
) -> None:
    threshold = LINKED.get().share / 100
    names = str(chosen.group), str(LINKED.get().beside)
    if difference is None:
        # A picture is for a paper: light, whatever the page is, and of one width.
        picture = common_svg(common, threshold=threshold)
    else:
        said = difference_summary(difference, names)
        scene = common_scene(difference, threshold=threshold)
        picture = to_svg(scene, palette(False).surface, f"{names[0]} less {names[1]}", said)

    def report() -> str:
        if difference is not None:
            return difference_html(difference, names, threshold=threshold)
        found = compute.groups(known.sentences)[:MOST_GROUPS]
        several = chosen.group is None and 1 < len(found) <= DRAWN_GROUPS
        parts = {
            name: compute.common(known.sentences, replace(chosen, group=name))
            for name in (found if several else ())
        }
        return common_html(common, parts, threshold=threshold)

    picture_and_link(picture, "common", whole=LINKED.get().fits_link)
    save_files(
        (
            *picture_files("common", lambda: picture),
            File("Report (HTML)", "report.html", "text/html", report),
            File("Heads (CSV)", "heads.csv", "text/csv", lambda: _csv(head_frame(common))),
            File("Steps (CSV)", "steps.csv", "text/csv", lambda: _csv(step_frame(common))),
            *_tables(known),
        ),
        snippet(known, chosen, LINKED.get().share),
    )


def step_frame(common: CommonPattern) -> pd.DataFrame:
    """One row for each step by each component, in the order of blocks; in the unit of Q."""
    rows = [
        (
            *(step.layer, step.source, step.target),
            *(common.roles[step.source].name, common.roles[step.target].name),
            *(carrier(step.component), step.sentences, step.total, step.positive, step.negative),
            *(step.value, step.key, step.query, step.error),
        )
        for step in common.steps
    ]
    named = ("block", "from", "to", "from_role", "to_role", "by", "sentences", "carries", "for")
    more = ("against", "value", "key", "query", "standard_error")
    return pd.DataFrame(rows, columns=[*named, *more])


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)


def _tables(known: Known) -> Iterator[File]:
    """The tables of what was explained just now: a run's are files already."""
    found = known.sentences.found
    if not isinstance(found, Gathered):
        return
    names: tuple[Table, ...] = ("sentences", "patterns")
    for name in names:
        kind = "application/vnd.apache.parquet"
        yield File(f"Table of {name} (Parquet)", f"{name}.parquet", kind, partial(found.file, name))
