"""The processes that compute beside the server, begun before anything heavy is imported here."""

from __future__ import annotations

import streamlit as st

from explainer.app.work.beside import Beside
from explainer.app.work.limits import processes
from explainer.base.errors import ExplainerError


@st.cache_resource(show_spinner=False)
def beside() -> Beside:
    """The server's processes, one of which is there from the beginning."""
    found = Beside(processes())
    found.start()
    return found


def begin() -> None:
    """Begin them, where there are to be any; what is wrong with their number is said later."""
    try:
        wanted = processes()
    except ExplainerError:
        return
    if wanted:
        beside()
