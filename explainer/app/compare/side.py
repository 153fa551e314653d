"""One side of the compare page: its sentence, model and contrast, and its explanation."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app import compute
from explainer.app.compare.state import EDITORS, TITLES, Side
from explainer.app.widgets.question import controls
from explainer.app.widgets.question.asking import (
    EXPLAINING,
    Places,
    asked,
    place_for_problem,
    show_problem,
)
from explainer.app.widgets.question.kept import type_text


def side_box(side: Side) -> Places:
    """The side's sentence and model; where its contrast and its messages go."""
    editor = EDITORS[side]
    text, model = st.columns([2.6, 1], gap="small", vertical_alignment="bottom")
    text.text_input(
        f"{TITLES[side]} sentence",
        placeholder="Type a sentence with [MASK], then press Enter",
        **editor.show("text", editor.choices().text, partial(type_text, editor)),
    )
    with model:
        controls.model_field(editor)
    contrast, messages = st.container(key=f"contrast_{side}"), st.container()
    return Places(messages, contrast, body=messages)


def explained(side: Side, places: Places) -> Explanation | None:
    """The side's explanation; None with one sentence about what is wrong."""
    problem = places.messages
    try:
        request, _ = asked(EDITORS[side], places)
        problem = place_for_problem(EDITORS[side], places)
        with places.body, st.spinner(EXPLAINING):
            return compute.explanation(request)
    except ExplainerError as error:
        show_problem(EDITORS[side], error, problem)
        return None
