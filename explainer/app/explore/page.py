"""The explore page from top to bottom: controls → one cached call → figures."""

from __future__ import annotations

import streamlit as st

from explainer import ExplainerError, Explanation, Prediction
from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.explore.controls import row_options
from explainer.app.explore.graph import graph
from explainer.app.explore.hint import hint
from explainer.app.explore.rows import rows_of
from explainer.app.explore.save import save_popover
from explainer.app.explore.selection import drop_stale, selection_fields
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.explore.step_panel import step_panel
from explainer.app.explore.tables import block_table, pattern_table
from explainer.app.widgets.drawing import drawing_controls, view_of
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.page import page_frame
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.asking import EXPLAINING, answered, last_request, question
from explainer.app.widgets.strip import found_by, prediction_list, strip
from explainer.app.widgets.strongest import strongest_row
from explainer.figures.canvas.frame import NARROW
from explainer.figures.patterns.summary import drawn_summary

LAST = last_request(EDITOR)
LEAD = "Which way does a word’s influence take through BERT, and what carries it at each step?"
HOW_TO_READ = (
    "How to read it: a ribbon is one word’s influence on its way to the ringed target. Pale, all "
    "that passes its nodes; darker within, what its heads and skips carry alone, half as strong "
    "where it stays at its place by the skip connection, in full colour where the numbered head "
    "moves it. Where it thins, the rest goes other ways."
)
HOW_TO_READ_BLOCKS = (
    "How to read it: of everything that flows through a block, how much stays at its place by the "
    "skip connection and how much heads move; signed, flows for and against cancel. Blocks and "
    "heads count from 0."
)
NOTHING = (
    "No word has any influence here: to the model the sentence is the same as its baseline, word "
    "for word. Change the sentence, or choose another baseline in the settings."
)


def explore_page() -> None:
    """Draw the page."""
    with page_frame(LINKED, "Influence patterns", LEAD) as frame:
        places = question(EDITOR, follows=True)
        hint()
        shown = answered(EDITOR, places, compute.explanation, EXPLAINING)
        if shown is not None:
            strongest_row(EDITOR, [("", shown[0])])
            _figures(*shown, st.session_state[LAST], frame.width)


@st.fragment
def _figures(
    explanation: Explanation,
    predicted: tuple[Prediction, ...],
    request: Request,
    width: float,
) -> None:
    """All that follows from one explanation; a choice made here runs nothing but this again."""
    rows = rows_of(explanation, LINKED.get().merge)
    for stale in drop_stale(rows):
        st.info(plain(stale), icon=":material/link_off:")
    view = view_of(LINKED.get(), width)
    drawn = rows.drawn(view)
    above, middle, below = st.container(), st.container(), st.container()
    with (
        below if width < NARROW else above,  # on a phone the graph comes first
        st.container(horizontal=True, vertical_alignment="bottom", key="view_row"),
    ):
        drawing_controls(EDITOR)
        row_options()
        save_popover(explanation, request, view, drawn)
    with middle:
        graph(rows, request, view, drawn)
    if not explanation.patterns:
        st.info(NOTHING, icon=":material/info:")
        prediction_list(predicted)
        LINKED.write_link()
        return
    st.caption(f"{HOW_TO_READ} {found_by(explanation, view.level)}")
    selection_fields(rows, drawn)
    left, right = st.columns([2.3, 1], gap="large")
    with left:
        st.markdown(plain(drawn_summary(drawn)))
        strip(explanation, drawn.of_tokens, view.level)
    with right:
        prediction_list(predicted)
    try:
        step_panel(rows, request, predicted, view, drawn)
    except ExplainerError as error:  # too many others are computing, or the model has gone
        show_error(error)
    pattern_table(rows, drawn)
    with st.expander("Skip and heads by block"):
        st.caption(HOW_TO_READ_BLOCKS)
        block_table(explanation)
    LINKED.write_link()
