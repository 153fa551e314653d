"""The section about a task: which one, what is known of it, and measuring it now."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.evaluate import live
from explainer.app.evaluate.choices import FEWEST, MOST, OWN_FILE
from explainer.app.evaluate.figures import task_figures
from explainer.app.evaluate.live import Measurement, Upload
from explainer.app.evaluate.protocols import protocol_tables
from explainer.app.evaluate.results import Results, stored_results
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls
from explainer.base.numbers import counted
from explainer.evaluation.evidence.left_out import Reason
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.reading.cases import COLUMNS, Columns
from explainer.tasks import KINDS

TASKS = {"masked-lm": (EVERY_TASK, *KINDS, OWN_FILE), "classification": ("sentiment", OWN_FILE)}
"""What a model of a kind can be asked."""
OWN_FILE_HELP = (
    "A CSV or tab-separated table with a heading, or a JSON object a line: text, correct and wrong "
    "for sentences with [MASK]; text and label (and other, the rival class) for a classifier; or "
    "sentence_good and sentence_bad, which differ in one word, as in BLiMP. A column combination "
    "says which sentences are of one form."
)

COLUMNS_HELP = "What the columns of your file are called, where that is something else."
MOST_REASONS = 5
"""Reasons for leaving sentences out that are said; all are in the table that can be saved."""


def task_section(width: float) -> None:
    """Controls, the way to measure, and the figures."""
    model, task, sentences, settings, go = st.columns(
        [2.4, 2.2, 1.5, 1.4, 1.6], vertical_alignment="bottom"
    )
    with model:
        controls.model_field(QUESTION)
    with settings:
        controls.settings_popover(QUESTION)
    messages, file, bar = st.container(), st.container(), st.container()
    name = QUESTION.choices().model
    try:
        with messages, st.spinner("Loading the model …", show_time=True):
            kind = compute.model(name).info.task
    except ExplainerError as error:
        show_error(error, messages)
        return
    with task:
        chosen = _task_field(TASKS[kind], messages)
    with sentences:
        st.number_input(
            "Sentences",
            FEWEST,
            MOST,
            step=10,
            help="To measure now. Of all tasks: so many together.",
            **INQUIRY.bound("n"),
        )
    with file:
        upload = _upload() if chosen == OWN_FILE else None
    running = _measurement(name, chosen)
    with go:
        _button(running, name, chosen, upload)
    if "start_problem" in st.session_state:
        show_error(st.session_state.pop("start_problem"), messages)
    if running is not None and running.running:
        st.session_state[live.DRAWN_BY_PAGE] = True
        with bar:
            live.go_on()
    shown = _results(running, name, messages)
    if shown is not None:
        task_figures(shown, chosen, width)
    protocol_tables(name, chosen)


def _task_field(options: tuple[str, ...], messages: DeltaGenerator) -> str:
    """The task, among those that the model can be asked."""
    asked = LINKED.get().task
    chosen = asked if asked in options else options[0]
    if chosen != asked and asked != EVERY_TASK:
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


def _measurement(model: str, task: str) -> Measurement | None:
    """The session's measurement, if it is of this model and task; another one is stopped."""
    found = live.kept()
    if found is None or (found.model, found.task) == (model, task):
        return found
    found.running = False
    return None


def _button(running: Measurement | None, model: str, task: str, upload: Upload | None) -> None:
    """Start, or stop."""
    if running is not None and running.running:
        st.button("Stop", icon=":material/stop:", key="stop", width="stretch", on_click=_stop)
        return
    st.button(
        "Measure now",
        icon=":material/play_arrow:",
        key="start",
        width="stretch",
        on_click=_start,
        args=(model, task, upload),
    )


def _stop() -> None:
    found = live.kept()
    if found is not None:
        found.running = False


def _start(model: str, task: str, upload: Upload | None) -> None:
    try:
        options = EvaluationOptions(settings=QUESTION.choices().settings)
        live.start(model, task, LINKED.get().n, options, upload)
    except ExplainerError as error:
        st.session_state["start_problem"] = str(error)


def _go_on() -> None:
    found = live.kept()
    if found is not None:
        found.running, found.problem = True, None


def _results(running: Measurement | None, model: str, messages: DeltaGenerator) -> Results | None:
    """What was measured just now, else the project's own results; and where they come from."""
    try:
        stored = stored_results(model)
    except ExplainerError as error:
        stored = None
        show_error(error, messages)
    if running is None or running.running:
        if running is None and stored is None:
            messages.info("There are no results of this model yet: measure now.")
        if stored is not None:
            messages.caption(plain(stored.said))
        return stored
    measured = running.results()
    _status(running, measured, stored, messages)
    return measured or stored


def _status(
    running: Measurement,
    measured: Results | None,
    stored: Results | None,
    messages: DeltaGenerator,
) -> None:
    """How far a measurement came, what it left out, and how to go on from here."""
    if running.problem:
        show_error(running.problem, messages)
    if reasons := running.left_out:
        _say_left_out(reasons, len(running.lines), messages)
    with messages.container(horizontal=True, vertical_alignment="center", key="measured_row"):
        shown = measured or stored
        if shown is not None:
            st.caption(plain(shown.said), width="content")
        if running.left:
            label = f"Go on ({counted(running.left, 'sentence')} left)"
            st.button(label, type="tertiary", icon=":material/play_arrow:", on_click=_go_on)
        if measured is not None and stored is not None:
            st.button(
                "Back to the project’s results",
                type="tertiary",
                icon=":material/undo:",
                on_click=live.drop,
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
