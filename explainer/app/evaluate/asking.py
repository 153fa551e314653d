"""The row above what is measured: model, task, how many sentences, settings, and the button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.evaluate.choices import FEWEST, MOST, OWN_FILE
from explainer.app.evaluate.live import Upload
from explainer.app.evaluate.measuring import Measuring
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.state.pooled import named
from explainer.app.widgets import running as runs
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls
from explainer.base.numbers import counted
from explainer.evaluation.evidence.left_out import Reason
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.reading.cases import COLUMNS, Columns
from explainer.results.model_info import DOES
from explainer.tasks import KINDS

TASKS = {"masked-lm": (EVERY_TASK, *KINDS, OWN_FILE), "classification": ("sentiment", OWN_FILE)}
"""What a model of a kind can be asked."""
OTHERS = "and the tasks are of words at a mask or of classes: choose another model, or ask Explore."
OWN_FILE_HELP = (
    "A CSV or tab-separated table with a heading, or a JSON object a line: text, correct and wrong "
    "for sentences with [MASK]; text and label (and other, the rival class) for a classifier; or "
    "sentence_good and sentence_bad, which differ in one word, as in BLiMP. A column combination "
    "says which sentences are of one form."
)
COLUMNS_HELP = "What the columns of your file are called, where that is something else."
MOST_REASONS = 5
"""Reasons for leaving sentences out that are said; all are in the table that can be saved."""


@dataclass(frozen=True)
class Asked:
    """The model and task that are chosen, a person's own sentences, and places on the page."""

    model: str
    task: str
    upload: Upload | None
    go: DeltaGenerator
    messages: DeltaGenerator
    bar: DeltaGenerator


def asking_row(count: str, help: str) -> Asked | None:
    """The row; `count` is the choice of how many sentences. None where there is no such model."""
    model, task, sentences, settings, go = st.columns(
        [2.4, 2.2, 1.5, 1.4, 1.6], vertical_alignment="bottom"
    )
    with model:
        controls.model_field(QUESTION, in_row=True)
    with settings:
        controls.settings_popover(QUESTION)
    messages, file, bar = st.container(), st.container(), st.container()
    name = QUESTION.choices().model
    try:
        with messages, st.spinner("Loading the model …", show_time=True):
            kind = compute.model(name).info.task
    except ExplainerError as error:
        show_error(error, messages)
        return None
    if kind not in TASKS:
        messages.info(plain(f"{named(name)} {DOES[kind]}, {OTHERS}"), icon=":material/info:")
        return None
    with task:
        chosen = _task_field(TASKS[kind], messages)
    with sentences:
        st.number_input("Sentences", FEWEST, MOST, step=10, help=help, **INQUIRY.bound(count))
    with file:
        upload = _upload() if chosen == OWN_FILE else None
    return Asked(name, chosen, upload, go, messages, bar)


def _task_field(options: tuple[str, ...], messages: DeltaGenerator) -> str:
    """The task, among those that the model can be asked."""
    asked = LINKED.get().task
    chosen = asked if asked in options else options[0]
    if chosen != asked and asked != EVERY_TASK:
        LINKED.show(replace(LINKED.shown(), task=chosen))
        messages.info(plain(f"The task {asked} is not for this model: {chosen} is shown."))
    st.selectbox(
        "Task",
        **INQUIRY.show_option("task", options, chosen, lambda task: INQUIRY.change(task=task)),
    )
    return chosen


def _upload() -> Upload | None:
    """A person's own sentences."""
    given = st.file_uploader(
        "Your own sentences",
        type=["csv", "tsv", "txt", "jsonl", "ndjson", "json"],
        help=OWN_FILE_HELP,
        key="own_sentences",
    )
    with st.popover("Columns", icon=":material/view_column:", help=COLUMNS_HELP):
        names = {
            role: st.text_input(role.capitalize(), placeholder=usual, key=f"own_column_{role}")
            for role, usual in COLUMNS.items()
        }
    columns = Columns(**{role: name.strip() or COLUMNS[role] for role, name in names.items()})
    return None if given is None else Upload(given.name, given.getvalue(), columns)


def run_row(asked: Asked, running: Measuring | None, name: str, start: Callable[[], None]) -> None:
    """The button that starts or stops the run of that name, and how far it is."""
    places = asked.go, asked.messages, asked.bar
    runs.start_or_stop("Measure now", places, running, name, start)


def status(
    running: Measuring, said: str | None, name: str, messages: DeltaGenerator, back: bool
) -> None:
    """How far a run came, what it left out, and how to go on from here.

    `said` tells what is shown; `back` that the project's own results can be shown instead.
    """
    if running.problem:
        show_error(running.problem, messages)
    if reasons := running.left_out:
        _say_left_out(reasons, len(running.lines), messages)
    with messages.container(horizontal=True, vertical_alignment="center", key="measured_row"):
        if said is not None:
            st.caption(plain(said), width="content")
        runs.go_on_button(running, name)
        if back:
            st.button(
                "Back to the project’s results",
                type="tertiary",
                icon=":material/undo:",
                on_click=runs.drop,
                args=(name,),
            )


def _say_left_out(reasons: tuple[Reason, ...], done: int, messages: DeltaGenerator) -> None:
    """How many sentences have no numbers, and why, each reason as it was said of its first."""
    every = counted(sum(reason.count for reason in reasons), "sentence")
    said = [f"{every} of {done} left out."]
    said += [plain(reason.line) for reason in reasons[:MOST_REASONS]]
    more = len(reasons) - MOST_REASONS
    if more > 0:
        said.append(f"{counted(more, 'other reason')}.")
    messages.warning("\n\n".join(said))
