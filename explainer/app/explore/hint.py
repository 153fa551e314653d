"""A hint for those who see the explore page for the first time; once put away it stays away."""

from __future__ import annotations

import streamlit as st

SEEN = "hint_seen"
HINT = (
    "New here? Change the sentence and press Enter, or click a word to mask it. Then click a line, "
    "a node or a word in the graph to see what passes there, and what the model says without it."
)


def hint() -> None:
    """The hint with its button, until that is pressed in this session."""
    if st.session_state.get(SEEN, False):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="hint"):
        st.caption(HINT, width="stretch")
        st.button("Got it", type="tertiary", key="hint_seen_button", on_click=_seen)


def _seen() -> None:
    st.session_state[SEEN] = True
