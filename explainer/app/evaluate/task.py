"""The section about a task: which one, what is known of it, and measuring it now."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.evaluate import live
from explainer.app.evaluate.asking import asking_row, run_row, status
from explainer.app.evaluate.figures import task_figures
from explainer.app.evaluate.live import Measurement
from explainer.app.evaluate.results import Results, stored_results
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets import running as runs
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.evaluation.options import EvaluationOptions


def task_section(width: float) -> None:
    """Controls, the way to measure, and the figures."""
    asked = asking_row("n", "To measure now. Of all tasks: so many together.")
    if asked is None:
        return
    model, task, upload = asked.model, asked.task, asked.upload

    def start() -> None:
        options = EvaluationOptions(settings=QUESTION.choices().settings)
        live.start(model, task, LINKED.get().n, options, upload)

    running = _measurement(model, task)
    run_row(asked, running, live.KEPT, start)
    shown = _results(running, model, asked.messages)
    if shown is not None:
        task_figures(shown, task, width)
    st.button(
        "Word scores, paths, edges and sanity are tested under Protocols",
        type="tertiary",
        icon=":material/arrow_forward:",
        key="to_protocols",
        on_click=INQUIRY.change,
        kwargs={"about": "protocols"},
    )


def _measurement(model: str, task: str) -> Measurement | None:
    """The session's measurement, if it is of this model and task; another one is stopped."""
    found = runs.kept(live.KEPT)
    if not isinstance(found, Measurement):
        return None
    if (found.model, found.task) == (model, task):
        return found
    found.running = False
    return None


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
    shown = measured or stored
    both = measured is not None and stored is not None
    status(running, None if shown is None else shown.said, live.KEPT, messages, both)
    return shown
