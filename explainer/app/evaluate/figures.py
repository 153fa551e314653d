"""The figures of a task, each under the claim of the paper that it is about."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from explainer.app.evaluate.choices import ENTROPIES, MEASURES, Measure
from explainer.app.evaluate.controls import cut_controls, how_to_read
from explainer.app.evaluate.results import Results
from explainer.app.evaluate.snippet import task_command
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets.cuts import REPLACEMENT_NAMES, replacement_field
from explainer.app.widgets.frame.viewport import column_width, columns, is_dark
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.saving.files import File, save_button, save_files
from explainer.evaluation.evidence.consistency import LEAST
from explainer.evaluation.evidence.findings import (
    LIKE_CUTS,
    LIKE_HEADS,
    UNEQUAL,
    Finding,
    few_note,
    gap_note,
    row_of,
)
from explainer.evaluation.evidence.rivals import best_of
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.written import written_row
from explainer.evaluation.methods import METHODS, PATTERN, Mode
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.canvas.scene import Scene
from explainer.figures.charts.evaluation import consistency_scene, methods_scene, skip_scene
from explainer.intervention.ablate import REPLACEMENTS

LABELS = {name: method.label for name, method in METHODS.items()}
MEASURE_NAMES: dict[Measure, str] = {"accuracy": "Right answers", "Q": "Q"}
QUANTITIES: dict[tuple[Mode, Measure], tuple[str, str]] = {
    ("keep", "accuracy"): ("retained accuracy", "Right answers that stay right"),
    ("keep", "Q"): ("retained Q", "Share of Q that is left"),
    ("remove", "accuracy"): ("removed accuracy", "Right answers without the paths"),
    ("remove", "Q"): ("removed Q", "Share of Q that is left without the paths"),
}
HOW_TO_READ = (
    "Dots are values, the bars through them 95 % intervals over sentences; in brackets how many "
    "{} a method {} in the mean, which differs where paths merge. First, in every sentence {} "
    "becomes {}, and the model runs again. Then, how much of the words’ influence flows along the "
    f"method’s paths: {UNEQUAL}."
)


def task_figures(results: Results, task: str, width: float) -> None:
    """Everything about one task, or about all of them."""
    if not (results.numbers["task"] == task).any():
        st.info(plain(f"There are no results of {task} yet: measure it now."))
        return
    half = column_width(width)
    skip, consistency, performance = results.findings
    everywhere = task != EVERY_TASK and results.numbers["task"].nunique() > 1
    of = "Over all tasks: " if everywhere else ""
    _claim(performance)
    _performance(results, task, width, half)
    with st.expander("All of these comparisons in words"):
        _points(performance, of)
    left, right = columns(width)
    with left:
        _claim(skip)
        _points(skip, of)
        _skip(results.numbers, task, half)
    with right:
        _claim(consistency)
        _points(consistency, of)
        _consistency(results.forms, task, half)


def _claim(finding: Finding) -> None:
    """What the paper says."""
    st.subheader(f"The paper: “{finding.claim.rstrip('.')}”", anchor=False)


def _points(finding: Finding, of: str) -> None:
    """What a run says to it, a list where that is much."""
    first, *others = finding.points
    mark = "- " if others else ""
    st.markdown("\n".join(mark + plain(point) for point in (of + first, *others)))


def _performance(results: Results, task: str, width: float, half: float) -> None:
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
    quantity, title = QUANTITIES[inquiry.mode, inquiry.measure]
    of = {"level": inquiry.level, "words": inquiry.words}
    whole = row_of(numbers, "accuracy") if quantity == "removed accuracy" else None
    carried = "Share of influence that the paths carry"
    alts = (
        _said(numbers, quantity, title, replacement=replacement, **of),
        _said(numbers, "carried", carried, **of),
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
        _chart(
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
        _chart(
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
    keeps = inquiry.mode == "keep"
    unit = "nodes" if inquiry.level == "embedding" else "heads and skips"
    cut = "all that a method does not name" if keeps else "what a method names"
    how_to_read(
        HOW_TO_READ.format(unit, "keeps" if keeps else "cuts", cut, REPLACEMENT_NAMES[replacement])
    )


def _skip(numbers: pd.DataFrame, task: str, px: float) -> None:
    """Skip's share of every block: a line for the task, or one for each."""
    every = numbers["task"] == EVERY_TASK
    chosen = numbers[~every] if task == EVERY_TASK else numbers[numbers["task"] == task]
    title = "Skip connections’ share of all influence, by block"
    whole = row_of(numbers[numbers["task"] == task], "skip flow")
    mean = "" if whole is None else f": {written_row(whole)} in the mean"
    _chart("skip", skip_scene(chosen, title=title, dark=is_dark(), px=px), f"{title}{mean}.")


def _consistency(forms: pd.DataFrame, task: str, px: float) -> None:
    """Accuracy against entropy, a dot for every form of sentence."""
    chosen = forms if task == EVERY_TASK or forms.empty else forms[forms["task"] == task]
    if chosen.empty:
        st.caption(
            f"A form of sentence needs at least {LEAST} sentences (of one combination, with as "
            "many tokens and the subject at one place): measure more."
        )
        return
    entropy = LINKED.get().entropy
    st.segmented_control(
        "Entropy of patterns",
        ENTROPIES,
        required=True,
        label_visibility="collapsed",
        format_func=lambda name: name.removesuffix(" entropy").capitalize(),
        **INQUIRY.bound("entropy", "default"),
    )
    forms_of = chosen.drop_duplicates(["task", "combination"])
    title = f"Accuracy and {entropy} of {len(forms_of)} forms of sentence"
    scene = consistency_scene(chosen, entropy, title=title, dark=is_dark(), px=px)
    _chart("consistency", scene, f"{title}, a dot for each.")


def _chart(key: str, scene: Scene, alt: str) -> None:
    st.plotly_chart(
        to_figure(scene, palette(is_dark())), key=f"task_{key}", theme=None, config=CONFIG, alt=alt
    )


def _said(numbers: pd.DataFrame, quantity: str, title: str, **of: str) -> str:
    """A figure of methods in one sentence: the pattern's value, and the best rival's.

    Where heads and skips are removed, what as large a cut leaves takes the place of the rival.
    """
    rows = numbers[numbers["quantity"] == quantity]
    for name, value in of.items():
        rows = rows[rows[name] == value]
    own = rows[rows["method"] == PATTERN].iloc[0]
    if quantity.startswith("removed") and of["level"] == "attention":
        return _said_of_cuts(rows, title)
    said = f"{title}: {written_row(own)} with influence patterns"
    # Without what a method names, little left speaks for it.
    best = best_of(rows, lowest=quantity.startswith("removed"))
    if best is None:
        return f"{said}."
    rival = "the best rivals" if best.tied else "the best rival"
    return f"{said}, {written_row(best.row)} with {rival}, {best.label}."


def _said_of_cuts(rows: pd.DataFrame, title: str) -> str:
    """What is left without the patterns' heads and skips, and without other ones."""
    named = {
        PATTERN: "influence patterns",
        **LIKE_CUTS,
        "pattern-heads": "their heads alone",
        **LIKE_HEADS,
    }
    by_method = {row["method"]: row for _, row in rows.dropna(subset="value").iterrows()}
    listed = ", ".join(
        f"{written_row(by_method[name])} without {said}"
        for name, said in named.items()
        if name in by_method
    )
    return f"{title.removesuffix(' without the paths')}: {listed}."


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
