"""The session behind the running code: who it is, and whether it still wants an answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

CANCELLED = "cancelled"
"""Where the session keeps the questions that it has cancelled, the last ones."""
MOST_CANCELLED = 20


def owner() -> Hashable:
    """What tells sessions apart; outside of a page, the thread."""
    context = get_script_run_ctx(suppress_warning=True)
    return threading.get_ident() if context is None else context.session_id


def check() -> None:
    """End the page's run here where its tab was closed or something else was chosen on it.

    By Streamlit's own exceptions, which no `except Exception` catches. A choice within a part of
    the page (a fragment) does not count as one: that part runs after this run.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.yield_check()


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
