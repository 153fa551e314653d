"""The cached calls: a model is loaded once, a question answered once, one computation at a time.

Each goes the same way:

1. the answer, if it is there: keys are plain values, so a toggle that changes no gradient computes
   nothing again, and the version of the model's files is one of them;
2. the model, which is loaded outside of the queue;
3. what it would take: too much is refused;
4. the turn in the queue, and the work, which looks up again and again whether somebody still
   waits for it.

No lock is held from one step to the next but the turn itself, and inside it no model, no turn and
no cache of Streamlit is asked for: so nobody can wait for somebody who waits for him.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import update_wrapper
from typing import Generic, TypeVar

import streamlit as st

from explainer import ExplainerError, Explanation, Prediction, Settings, available_models
from explainer import explain as run_explain
from explainer import load_model as run_load
from explainer import predict as run_predict
from explainer.app.compute import session
from explainer.app.compute.answers import MISSING, Answers
from explainer.app.compute.bounds import OVERTIME, allowed_seconds, check_effort
from explainer.app.compute.loader import Loaded, Loader
from explainer.app.compute.queue import Queue
from explainer.app.state.choices import Choices
from explainer.base.checkpoint import checkpoints
from explainer.models.model import Model
from explainer.models.registry import Listing
from explainer.models.version import normalised, version
from explainer.question.quantity import Contrast
from explainer.question.sentence import read_sentence, word_spans

PREDICTIONS = 12

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Request:
    """All that an explanation depends on; an empty `version` stands for the files as they are."""

    model: str
    text: str
    contrast: Contrast
    settings: Settings
    version: str = ""


@dataclass(frozen=True)
class Reading:
    """A text as a model reads it, or the model alone."""

    model: str
    text: str = ""
    version: str = ""


Source = Request | Reading
"""What every question is about."""


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
        version=version(chosen.model),
    )


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """The server's one queue."""
    return Queue()


@st.cache_resource(show_spinner=False)
def answers() -> Answers:
    """What has been computed, for all sessions."""
    return Answers()


@st.cache_resource(show_spinner=False)
def loader() -> Loader:
    """The models in memory, shared by all sessions."""
    return Loader(lambda name: run_load(name))


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def listings() -> tuple[Listing, ...]:
    """The models that can be chosen by name, looked up again after half a minute."""
    return available_models()


def fetch(name: str, asked: str = "") -> Loaded:
    """The model called `name`, of the version `asked` (empty: as its files are now).

    Raises ExplainerError, and RuntimeError inside a turn: it would keep all others waiting.
    """
    if queue().held_here:
        raise RuntimeError("A computation that has the turn asked for a model.")
    return loader().get(name, asked or None, session.check)


def model(name: str) -> Model:
    """The model called `name` as its files are now, shared by all sessions; raises ExplainerError.

    It is loaded outside of the queue; the page waits for that only so long.
    """
    return fetch(name).model


@contextmanager
def turn() -> Iterator[None]:
    """One's turn to compute; who waits is told how many are before, in the page.

    The work inside is stopped at its next checkpoint where the session has gone or has asked for
    something else, and with an ExplainerError where it takes far longer than is allowed.
    """
    allowed = allowed_seconds()
    shown: list[int] = []
    with ExitStack() as notice:

        def waiting(before: int) -> None:
            session.check()
            if shown != [before]:
                shown[:] = [before]
                notice.close()
                notice.enter_context(st.spinner(f"Others are computing: {before} before you …"))

        with queue().turn(session.owner(), waiting) as check_place:
            notice.close()
            until = time.monotonic() + OVERTIME * allowed

            def watch() -> None:
                session.check()
                check_place()
                if time.monotonic() > until:
                    raise ExplainerError(
                        f"This took longer than {OVERTIME * allowed} seconds and was stopped: "
                        "take fewer points or a shorter sentence."
                    )

            with checkpoints(watch):
                yield


class Computed(Generic[Answer]):
    """A function of a model, a source and further plain values, called without the model.

    `effort` is called with the same arguments before the turn, and raises for what takes too long.
    """

    def __init__(
        self, function: Callable[..., Answer], effort: Callable[..., object] | None = None
    ) -> None:
        self._function, self._effort = function, effort
        update_wrapper(self, function)

    def __call__(self, source: Source, *rest: Hashable) -> Answer:
        """The answer, computed if it is not there; raises ExplainerError."""
        if not source.version:
            source = replace(source, version=version(source.model))
        found: Answer = answers().get(self._question(source, *rest))
        if found is not MISSING:
            return found
        loaded = fetch(source.model, source.version)
        source = replace(source, version=loaded.version)
        if self._effort is not None:
            self._effort(loaded.model, source, *rest)
        with turn():
            # Somebody who was before may have asked the same.
            return self.within(loaded.model, source, *rest)

    def within(self, loaded: Model, source: Source, *rest: Hashable) -> Answer:
        """The same for somebody who has the turn and the model."""
        question = self._question(source, *rest)
        kept = answers()
        found: Answer = kept.get(question)
        if found is MISSING:
            found = self._function(loaded, source, *rest)
            kept.put(question, found)
        return found

    def _question(self, source: Source, *rest: Hashable) -> Hashable:
        named = replace(source, model=normalised(source.model))
        return (self._function.__module__, self._function.__qualname__, named, *rest)


def computed(
    effort: Callable[..., object] | None = None,
) -> Callable[[Callable[..., Answer]], Computed[Answer]]:
    """A decorator: `Computed` with this `effort`."""
    return lambda function: Computed(function, effort)


def explaining(loaded: Model, request: Request) -> None:
    """The effort of an explanation; raises ExplainerError for too much."""
    check_effort(loaded, request.text, request.settings)


@computed(explaining)
def explanation(loaded: Model, request: Request) -> Explanation:
    """The explanation with its total flow; raises ExplainerError."""
    return run_explain(
        loaded, request.text, **asdict(request.contrast), settings=request.settings, flow=True
    )


@computed()
def _predictions(loaded: Model, reading: Reading) -> tuple[Prediction, ...]:
    return run_predict(loaded, reading.text, PREDICTIONS)


def predictions(name: str, text: str, asked: str = "") -> tuple[Prediction, ...]:
    """The model's most likely words or classes; raises ExplainerError."""
    return _predictions(Reading(name, text, asked))


def words(name: str, text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the text's words, for a text that may lack its mask; raises ExplainerError."""
    return word_spans(model(name), text)


def reading_notes(name: str, text: str) -> tuple[str, ...]:
    """What to know about how the text was read; raises ExplainerError."""
    return read_sentence(model(name), text).notes
