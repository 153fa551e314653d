"""Notes about what a link asked for and is not there, as long as its choices stand."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st


def standing_notes(key: str, choices: Hashable, new: tuple[str, ...]) -> tuple[str, ...]:
    """The notes that belong to the `choices`: `new` ones, else those that led to them.

    A page runs again as soon as its width is known, and would say a note for a moment only. Who
    comes back to the same choices later has not asked so again, and is told nothing. `key` is where
    the session keeps them.
    """
    if new:
        st.session_state[key] = choices, new
    noted, kept = st.session_state.get(key, (None, ()))
    if noted == choices:
        return kept
    st.session_state.pop(key, None)
    return ()
