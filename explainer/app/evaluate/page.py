"""The evaluate page from top to bottom: one sentence, or the sentences of a task."""

from __future__ import annotations

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.evaluate.choices import ABOUT, About
from explainer.app.evaluate.sentence import sentence_section
from explainer.app.evaluate.state import INQUIRY, LINKED
from explainer.app.evaluate.task import task_section
from explainer.app.widgets.frame.style import style
from explainer.app.widgets.frame.viewport import is_dark, page_width
from explainer.app.widgets.markdown import plain

ABOUT_NAMES: dict[About, str] = {"sentence": "This sentence", "task": "A task"}
LEADS: dict[About, str] = {
    "sentence": (
        "What is left of the prediction when only the patterns are kept, or cut, beside other "
        "methods and controls?"
    ),
    "task": "Over many sentences: do patterns hold what the model’s answers depend on?",
}


def evaluate() -> None:
    """Draw the page."""
    style(is_dark())
    LINKED.adopt_link()
    about = LINKED.get().about
    with st.container(horizontal=True, vertical_alignment="bottom", key="pair_row"):
        st.html(f'<div class="ipe-head"><h1>Evaluate</h1><p>{LEADS[about]}</p></div>')
        st.segmented_control(
            "What is tested",
            ABOUT,
            required=True,
            label_visibility="collapsed",
            format_func=ABOUT_NAMES.__getitem__,
            **INQUIRY.bound("about", "default"),
        )
    try:
        compute.listings()
    except ExplainerError as error:  # the server's own setting is wrong: nothing can be loaded
        st.error(plain(str(error)))
        return
    width = page_width()
    if about == "sentence":
        sentence_section(width)
    else:
        task_section(width)
