"""What the rows of the graph, the bars, the tints and the table are."""

from __future__ import annotations

import streamlit as st

from explainer.app.explore.state import EDITOR
from explainer.app.widgets.drawing import merge_field
from explainer.app.widgets.glossary import words
from explainer.results.beside.word_scores import SCORED


def row_options() -> None:
    """Whether pieces are merged and special tokens shown."""
    merge_field(EDITOR)
    st.toggle(
        "[CLS], [SEP] and [MASK] among the words",
        help="Turn it off to see the bars, lines and table of real words only. The rows stay: "
        "other words’ influence may pass there.",
        **EDITOR.bound("special"),
    )


def scores_field() -> None:
    """Whose scores the bars and the words' tints are."""
    st.selectbox(
        "Bars and tints",
        width=300,
        format_func=lambda method: SCORED[method].label,
        help=f"How much each word matters by another method. Lines, shares and the table stay "
        f"influence g.\n\n{words('influence', 'scores')}",
        **EDITOR.bound_option("scores", tuple(SCORED)),
    )
