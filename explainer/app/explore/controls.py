"""What the rows of the graph, the bars and the table are."""

from __future__ import annotations

import streamlit as st

from explainer.app.explore.state import EDITOR


def row_options() -> None:
    """Whether pieces are merged and special tokens shown."""
    st.toggle(
        "Merge word pieces",
        help="One row for each word: its bar and what flows are the exact sums over its "
        "pieces. Pieces that take the same way are drawn as one line, others side by side.",
        **EDITOR.bound("merge"),
    )
    st.toggle(
        "[CLS], [SEP] and [MASK] among the words",
        help="Turn it off to see the bars, lines and table of real words only. The rows stay: "
        "other words’ influence may pass there.",
        **EDITOR.bound("special"),
    )
