"""One side of the compare page: its sentence, model and contrast, and its explanation."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Explanation, Prediction
from explainer.app import compute
from explainer.app.compare.state import EDITORS, TITLES, Side
from explainer.app.compute import Reading
from explainer.app.state.choices import Choices
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls
from explainer.app.widgets.question.contrast import contrast_fields


def side_box(side: Side) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The side's sentence and model; where its contrast and its messages go."""
    editor = EDITORS[side]
    text, model = st.columns([2.6, 1], gap="small", vertical_alignment="bottom")
    text.text_input(
        f"{TITLES[side]} sentence",
        placeholder="Type a sentence with [MASK], then press Enter",
        **editor.show("text", editor.choices().text, lambda t: editor.put(_with_text(side, t))),
    )
    with model:
        controls.model_field(editor)
    return st.container(key=f"contrast_{side}"), st.container()


def _with_text(side: Side, text: str) -> Choices:
    return EDITORS[side].choices().with_text(text)


def explained(side: Side, contrast: DeltaGenerator, messages: DeltaGenerator) -> Explanation | None:
    """The side's explanation; None with one sentence about what is wrong."""
    editor = EDITORS[side]
    chosen = editor.choices()
    try:
        with messages, st.spinner("Loading the model …", show_time=True):
            loaded = compute.model(chosen.model)
        problem: ExplainerError | None = None
        predicted: tuple[Prediction, ...] = ()
        try:
            predicted = compute.predictions(Reading(chosen.model, chosen.text))
        except ExplainerError as error:
            problem = error
        # The contrast stays on the page whatever is wrong with the sentence.
        with contrast:
            contrast_fields(editor, loaded, predicted)
        if problem is not None:
            raise problem
        for note in compute.reading_notes(chosen.model, chosen.text):
            messages.info(plain(note), icon=":material/info:")
        with messages, st.spinner("Following every word through every layer …"):
            return compute.explanation(compute.request_for(chosen, loaded.info.task))
    except ExplainerError as error:
        messages.error(plain(str(error)), icon=":material/error:")
        return None
