"""What a server does once: what is loaded for good is left out of the search for garbage, who
listens for others offers the built-in models only, and what is uploaded is put on no disk.

Streamlit collects garbage after every run of a page. With torch, transformers and Plotly loaded
that takes a quarter of a second, in which nothing else runs, and finds next to nothing.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

import streamlit as st
from starlette.formparsers import MultiPartParser

from explainer.app.serving.log import say
from explainer.app.settings import restrict_models, restricted_said

_SETTLED = threading.Event()
AROUND = 2**16
"""Bytes that may come around an uploaded file."""


def settled() -> bool:
    """Whether this server has imported all that its pages need."""
    return _SETTLED.is_set()


@st.cache_resource(show_spinner=False)
def guard() -> None:
    """Once a server, before it begins anything: which models are offered is settled, for the
    processes beside it too, and that uploads stay in memory."""
    if restrict_models():  # else the command that began the server has
        say(restricted_said())
    # Of what is larger than one megabyte the web server makes a temporary file, which it then
    # reads into memory: on a disk that is full there would be no upload.
    MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") * 2**20 + AROUND


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while a new server imports: a fifth of that time, and all of it stays."""
    if settled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once a server, after its imports: nothing that is there now is looked through again."""
    gc.collect()
    gc.freeze()
    _SETTLED.set()
