"""The processes that compute beside the server, begun before anything heavy is imported here."""

from __future__ import annotations

import gc
import os
from importlib import import_module

import streamlit as st

from explainer.app.memory import loading
from explainer.app.work.beside import Beside
from explainer.app.work.child import IMPORTED, MODULE, WAITING
from explainer.app.work.forks import POSSIBLE, Forks
from explainer.app.work.limits import processes
from explainer.base.errors import ExplainerError

FORKS: list[Forks] = []
"""What this server's processes are forked from, once that is prepared."""


def prepare() -> None:
    """Import what computes, and have processes forked from this one, which has no threads yet;
    nothing where there are to be no processes, or they cannot be forked."""
    if not POSSIBLE or not _wanted():
        return
    os.environ.update(WAITING | dict(os.environ))
    with loading():
        import_module(IMPORTED)
        run = import_module(MODULE).forked
    gc.collect()
    gc.freeze()
    FORKS.append(Forks.begun(run))


@st.cache_resource(show_spinner=False)
def beside() -> Beside:
    """The server's processes, one of which is there from the beginning."""
    found = Beside(processes(), *FORKS)
    found.start()
    return found


def begin() -> None:
    """Begin them, where there are to be any."""
    if _wanted():
        beside()


def _wanted() -> int:
    """How many are wanted; what is wrong with their number is said later."""
    try:
        return processes()
    except ExplainerError:
        return 0
