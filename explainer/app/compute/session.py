"""The session behind the running code: who it is, and whether it still wants an answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable

from streamlit.runtime.scriptrunner import get_script_run_ctx


def owner() -> Hashable:
    """What tells sessions apart; outside of a page, the thread."""
    context = get_script_run_ctx(suppress_warning=True)
    return threading.get_ident() if context is None else context.session_id


def check() -> None:
    """End the page's run here where its tab was closed, or something else was chosen on it.

    By Streamlit's own exceptions, which no `except Exception` catches.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.yield_check()
