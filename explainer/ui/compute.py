"""The cached calls: a model is loaded once, a sentence explained once, one computation at a time.

Keys are plain values, so a toggle that changes no gradient is answered from the cache.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import streamlit as st

from explainer import ExplainerError, Explanation, Prediction, Settings, available_models
from explainer import explain as run_explain
from explainer import load_model as run_load
from explainer import predict as run_predict
from explainer.models.model import Model
from explainer.models.registry import Listing
from explainer.quantity import Contrast
from explainer.sentence import read_sentence, word_spans
from explainer.ui.choices import Choices

MOST_WAITING = 8
PREDICTIONS = 12


@dataclass(frozen=True)
class Request:
    """All that an explanation depends on."""

    model: str
    text: str
    contrast: Contrast
    settings: Settings


def request_for(chosen: Choices, task: str) -> Request:
    """What the choices ask of a model of this task; raises ExplainerError for its settings."""
    words = task == "masked-lm"
    return Request(
        model=chosen.model,
        text=chosen.text,
        contrast=Contrast(correct=chosen.correct, wrong=chosen.wrong)
        if words
        else Contrast(label=chosen.label, other=chosen.other),
        settings=chosen.settings,
    )


class Queue:
    """Lets one computation run and a few wait; refuses more, so that a server stays alive.

    Who waits longest is next: with a plain lock a session that asks again and again would keep it.
    """

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the others; raises ExplainerError where too many wait already."""
        ticket = object()
        with self._moved:
            if len(self._line) >= MOST_WAITING:
                raise ExplainerError(
                    f"{MOST_WAITING} computations are waiting already: try again in a minute."
                )
            self._line.append(ticket)
            self._moved.wait_for(lambda: self._line[0] is ticket)
        try:
            yield
        finally:
            with self._moved:
                self._line.popleft()
                self._moved.notify_all()


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """The server's one queue."""
    return Queue()


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def listings() -> tuple[Listing, ...]:
    """The models that can be chosen by name, looked up again after half a minute."""
    return available_models()


@st.cache_resource(max_entries=2, show_spinner=False)
def model(name: str) -> Model:
    """The model called `name`, shared by all sessions; raises ExplainerError."""
    with queue().turn():
        return run_load(name)


@st.cache_data(max_entries=64, max_size="400MB", show_spinner=False)
def explanation(request: Request) -> Explanation:
    """The explanation with its total flow; raises ExplainerError."""
    loaded = model(request.model)
    with queue().turn():
        return run_explain(
            loaded,
            request.text,
            **asdict(request.contrast),
            settings=request.settings,
            flow=True,
        )


@st.cache_data(max_entries=256, show_spinner=False)
def predictions(name: str, text: str) -> tuple[Prediction, ...]:
    """The model's most likely words or classes; raises ExplainerError."""
    loaded = model(name)
    with queue().turn():
        return run_predict(loaded, text, PREDICTIONS)


@st.cache_data(max_entries=256, show_spinner=False)
def words(name: str, text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the text's words, for a text that may lack its mask; raises ExplainerError."""
    return word_spans(model(name), text)


@st.cache_data(max_entries=256, show_spinner=False)
def reading_notes(name: str, text: str) -> tuple[str, ...]:
    """What to know about how the text was read; raises ExplainerError."""
    return read_sentence(model(name), text).notes
