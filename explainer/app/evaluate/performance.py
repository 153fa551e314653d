"""The figures of what methods leave of the performance, and of what their paths carry."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from explainer.app.evaluate.chart import task_chart
from explainer.app.evaluate.choices import MEASURES, Measure
from explainer.app.evaluate.controls import cut_controls, how_to_read
from explainer.app.evaluate.results import Results
from explainer.app.evaluate.snippet import task_command
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets.cuts import REPLACEMENT_NAMES, replacement_field
from explainer.app.widgets.frame.viewport import columns, is_dark
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.saving.files import File, save_button, save_files
from explainer.evaluation.evidence.comparison import methods_summary
from explainer.evaluation.evidence.findings import few_note, gap_note
from explainer.evaluation.evidence.rows import UNEQUAL, WHERE, row_of
from explainer.evaluation.methods import METHODS, Mode
from explainer.figures.charts.evaluation import methods_scene
from explainer.intervention.filling import REPLACEMENTS

LABELS = {name: method.label for name, method in METHODS.items()}
MEASURE_NAMES: dict[Measure, str] = {"accuracy": "Right answers", "Q": "Q"}
QUANTITIES: dict[tuple[Mode, Measure], tuple[str, str]] = {
    ("keep", "accuracy"): ("retained accuracy", "Right answers that stay right"),
    ("keep", "Q"): ("retained Q", "Share of Q that is left"),
    ("remove", "accuracy"): ("removed accuracy", "Right answers without the paths"),
    ("remove", "Q"): ("removed Q", "Share of Q that is left without the paths"),
}
HOW_TO_READ = (
    "Dots are values, the bars through them 95 % intervals; in brackets how many "
    "{} a method {} in the mean, which differs where paths merge. First, in every sentence {} "
    "becomes {}, and the model runs again. Then, how much of the words’ influence flows along the "
    f"method’s paths: {UNEQUAL}."
)


def performance_figures(results: Results, task: str, width: float, half: float) -> None:
    """Methods side by side: what they leave, and what their paths carry."""
    numbers = results.numbers[results.numbers["task"] == task]
    said = st.empty()
    inquiry = LINKED.get()
    known = [name for name in REPLACEMENTS if (numbers["replacement"] == name).any()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cut_controls()
        st.segmented_control(
            "What is left of",
            MEASURES,
            required=True,
            format_func=MEASURE_NAMES.__getitem__,
            **INQUIRY.bound("measure", "default"),
        )
        replacement = replacement_field(QUESTION, known)
        _save(results, task)
    asked = inquiry.asked.replacement
    if replacement != asked:
        shown = LINKED.shown()
        LINKED.show(replace(shown, asked=replace(shown.asked, replacement=replacement)))
        st.caption(
            f"These results have nothing with “{REPLACEMENT_NAMES[asked]}”: shown is “"
            f"{REPLACEMENT_NAMES[replacement]}”."
        )
    quantity, title = QUANTITIES[inquiry.mode, inquiry.measure]
    of = {"level": inquiry.level, "words": inquiry.words}
    whole = row_of(numbers, "accuracy") if quantity == "removed accuracy" else None
    carried = "Share of influence that the paths carry"
    keeps = inquiry.mode == "keep"
    instead = f"{title}, with {WHERE[replacement]} {'elsewhere' if keeps else 'in their place'}"
    alts = (
        methods_summary(numbers, quantity, instead, replacement=replacement, **of),
        methods_summary(numbers, "carried", carried, **of),
    )
    few = few_note(numbers)
    if few is not None:
        st.caption(plain(few))
    note = gap_note(numbers)
    if note is not None:
        st.caption(f":material/warning: {plain(note)}")
    said.markdown(plain(" ".join(alts)))
    dark = is_dark()
    places = columns(width)
    with places[0]:
        task_chart(
            "retained",
            methods_scene(
                numbers,
                quantity,
                LABELS,
                level=inquiry.level,
                words=inquiry.words,
                replacement=replacement,
                title=title,
                whole=1.0 if whole is None else float(whole["value"]),
                dark=dark,
                px=half,
            ),
            alts[0],
        )
    with places[1]:
        task_chart(
            "carried",
            methods_scene(
                numbers,
                "carried",
                LABELS,
                level=inquiry.level,
                words=inquiry.words,
                title=carried,
                dark=dark,
                px=half,
            ),
            alts[1],
        )
    unit = "nodes" if inquiry.level == "embedding" else "heads and skips"
    cut = "all that a method does not name" if keeps else "what a method names"
    how_to_read(
        HOW_TO_READ.format(unit, "keeps" if keeps else "cuts", cut, REPLACEMENT_NAMES[replacement])
    )


def _save(results: Results, task: str) -> None:
    """The tables as files, behind one button."""
    with save_button() as is_open:
        if is_open:
            asked = QUESTION.choices()
            save_files(
                (
                    File(
                        f"{name.capitalize()} (CSV)",
                        f"{name}.csv",
                        "text/csv",
                        partial(_csv, table),
                    )
                    for name, table in results.tables.items()
                ),
                task_command(asked.model, task, LINKED.get().n, asked.settings),
                "bash",
            )


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)
