"""The row above what is found: which sentences, the model, settings, and the button."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.corpus import live
from explainer.app.corpus.choices import EXAMPLE, FEWEST, MOST, OWN, RUN
from explainer.app.corpus.live import Explaining
from explainer.app.corpus.sources import Known, known_run, options
from explainer.app.corpus.state import LINKED, QUESTION, SURVEY
from explainer.app.widgets import running as runs
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls
from explainer.app.widgets.running import Draw
from explainer.base.numbers import counted
from explainer.corpus.reading import Content
from explainer.tasks import TASKS

WHAT = (
    "A sentence a line, with [MASK] for a masked LM: the model’s own answer is asked about. Or a "
    "table with a heading: text, and where wanted correct, wrong, label, other, pair and group, "
    "which says which sentences are of one form."
)
PLACEHOLDER = (
    "text,correct,wrong,group\nthe farmers that the assistant loves [MASK] old .,are,is,plural\n"
    "the farmer that the assistants love [MASK] old .,is,are,singular"
)
TYPES = ["csv", "tsv", "txt", "jsonl", "ndjson", "json"]
MOST_REASONS = 3
USUAL = {"": "agreement", "sentiment": "sentiment"}
"""The built-in model that is made for a task, by its name; the empty one stands for all others."""


def asked_for(draw: Draw) -> Known | None:
    """What is to be shown; None where there is nothing yet.

    `draw` draws what a run has found so far.
    """
    of = LINKED.get().of
    ready = of == EXAMPLE or of.startswith(RUN)
    if ready:
        where, messages = st.columns([2.6, 6.4], vertical_alignment="bottom")
        _source_field(where)
        return _ready(of, messages)
    where, model, number, settings, go = st.columns(
        [2.6, 2.4, 1.2, 1.3, 1.5], vertical_alignment="bottom"
    )
    _source_field(where)
    with model:
        controls.model_field(QUESTION, in_row=True)
    number.number_input(
        "Sentences",
        FEWEST,
        MOST,
        step=10,
        disabled=of == OWN,
        help=f"Of one’s own all are taken, at most {MOST}: `influence-patterns corpus` takes any "
        "number.",
        **SURVEY.bound("n"),
    )
    with settings:
        controls.settings_popover(QUESTION)
    messages, file, bar = st.container(), st.container(), st.container()
    with file:
        given = _own() if of == OWN else None
    running = _running(of)

    def begin() -> None:
        asked = QUESTION.choices()
        live.start(asked.model, of, LINKED.get().n, asked.settings, given)

    runs.start_or_stop("Explain them", (go, messages, bar), running, live.KEPT, begin, draw)
    if running is None or running.running:
        if running is None:
            messages.caption(plain(_to_do(of)))
        return None
    _say(running, messages)
    return running.known()


def _source_field(place: DeltaGenerator) -> None:
    chosen = LINKED.get().of
    try:
        names = options()
    except ExplainerError as error:
        show_error(error, place)
        names = {EXAMPLE: "An example", OWN: "Your own sentences"}
    place.selectbox(
        "Sentences of",
        format_func=lambda of: names.get(of, of.removeprefix(RUN)),
        **SURVEY.show_option("of", tuple(dict.fromkeys((*names, chosen))), chosen, _choose),
    )


def _choose(of: str) -> None:
    asked = QUESTION.choices()
    if of in TASKS and asked.model in USUAL.values():  # each is made for its own tasks
        asked = replace(asked, model=USUAL.get(of, USUAL[""]))
    gone: dict[str, Any] = dict.fromkeys(("group", "beside", "word", "at"))
    SURVEY.change(of=of, asked=asked, answers="all", **gone)


def _ready(of: str, messages: DeltaGenerator) -> Known | None:
    try:
        known = known_run(of)
    except ExplainerError as error:
        show_error(error, messages)
        return None
    left = f" {counted(known.left_out, 'row')} could not be explained." if known.left_out else ""
    messages.caption(plain(f"{known.said}{left}"))
    return known


def _own() -> Content | None:
    """One's own sentences: what is typed, or else the file."""
    typed, uploaded = st.columns([3, 2], gap="medium")
    text = typed.text_area(
        "Your own sentences",
        help=WHAT,
        placeholder=PLACEHOLDER,
        height=120,
        **SURVEY.bound("text"),
    )
    given = uploaded.file_uploader("or a file of them", type=TYPES, key="corpus_file")
    if content := live.pasted(text):
        return content
    return None if given is None else Content(given.name, given.getvalue())


def _to_do(of: str) -> str:
    if of == OWN:
        return (
            "Type or upload sentences, and have them explained. They are in no link to this page: "
            "keep them in a file."
        )
    return f"Sentences of the task {of} are made and explained here, one after the other."


def _running(of: str) -> Explaining | None:
    """The session's run, if it is of these sentences and this model; another one is stopped."""
    found = runs.kept(live.KEPT)
    if not isinstance(found, Explaining):
        return None
    if (found.model, found.of) == (QUESTION.choices().model, of):
        return found
    found.running = False
    return None


def _say(running: Explaining, messages: DeltaGenerator) -> None:
    """How far the run came, what could not be explained, and how to go on."""
    if running.problem:
        show_error(running.problem, messages)
    reasons = Counter(
        error["reason"] for records in running.lines for error in records["errors"]
    ).most_common(MOST_REASONS)
    left_out = len(running.lines) - running.explained
    if left_out:
        said = [f"{counted(left_out, 'sentence')} of {len(running.lines)} could not be explained."]
        said += [f"{count:,} × {plain(reason)}" for reason, count in reasons]
        messages.warning("\n\n".join(said))
    with messages.container(horizontal=True, vertical_alignment="center", key="corpus_row"):
        known = running.known()
        if known is not None:
            st.caption(plain(known.said), width="content")
        runs.go_on_button(running, live.KEPT)


def so_far() -> Known | None:
    """What the session's run has found so far."""
    found = runs.kept(live.KEPT)
    return found.known() if isinstance(found, Explaining) else None
