"""The session behind the running code: who it is, and whether it still wants an answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable

import streamlit as st
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

CANCELLED = "cancelled"
"""Where the session keeps the questions that it has cancelled, the last ones."""
MOST_CANCELLED = 20


def owner() -> Hashable:
    """What tells sessions apart; outside of a page, the thread."""
    context = get_script_run_ctx(suppress_warning=True)
    return threading.get_ident() if context is None else context.session_id


def check(button: str | None = None) -> None:
    """End the page's run here where its tab was closed, something else was chosen on it, or the
    button with this key was clicked.

    By Streamlit's own exceptions, which no `except Exception` catches.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return
    context.yield_check()
    if button is not None and _clicked(context.script_requests, button):
        raise StopException


def _clicked(requests: object, button: str) -> bool:
    """Whether the run that was asked for next is for a click on this button.

    A run that is under way is not interrupted by Streamlit for a click within a fragment.
    """
    if getattr(requests, "_state", None) != ScriptRequestType.RERUN:
        return False
    states = getattr(getattr(requests, "_rerun_data", None), "widget_states", None)
    return states is not None and any(
        state.trigger_value and state.id.endswith(f"-{button}") for state in states.widgets
    )


def cancel(question: Hashable) -> None:
    """Remember that the session wants no answer to this question."""
    st.session_state[CANCELLED] = (*_cancelled(), question)[-MOST_CANCELLED:]


def is_cancelled(question: Hashable) -> bool:
    """Whether the session has cancelled this question."""
    return question in _cancelled()


def forget_cancelled(question: Hashable) -> None:
    """Let the question be asked again."""
    st.session_state[CANCELLED] = tuple(q for q in _cancelled() if q != question)


def _cancelled() -> tuple[Hashable, ...]:
    found: tuple[Hashable, ...] = st.session_state.get(CANCELLED, ())
    return found
