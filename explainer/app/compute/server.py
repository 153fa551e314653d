"""What a server has one of, and the one way to let a model compute.

`on` goes the same way for everybody:

1. the model, which is loaded outside of the queue;
2. what it would take: too much is refused;
3. the turn in the queue, and the work, which looks up again and again whether somebody still
   waits for it.

No lock is held from one step to the next but the turn itself, and inside it no model, no turn and
no cache of Streamlit is asked for: so nobody can wait for somebody who waits for him.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st

from explainer import ExplainerError, available_models, load_model
from explainer.app.compute import session
from explainer.app.compute.answers import Answers
from explainer.app.compute.bounds import OVERTIME, allowed_seconds
from explainer.app.compute.loader import Loaded, Loader
from explainer.app.compute.queue import Queue
from explainer.app.compute.waiting import Wait, loading, waited_for
from explainer.app.state.pooled import parts
from explainer.base.checkpoint import checkpoints
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model
from explainer.models.presets import Listing

Result = TypeVar("Result")


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """The server's one queue; only `on` takes a turn in it."""
    return Queue()


@st.cache_resource(show_spinner=False)
def answers() -> Answers:
    """What has been computed, for all sessions."""
    return Answers()


@st.cache_resource(show_spinner=False)
def loader() -> Loader:
    """The models in memory, shared by all sessions."""
    return Loader(_load)


def _load(name: str) -> Model:
    alone, pooling = parts(name)
    return load_model(alone, pooling=pooling)


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def listings() -> tuple[Listing, ...]:
    """The models that can be chosen by name, looked up again after half a minute."""
    return available_models()


def fetch(name: str, asked: str = "") -> Loaded:
    """The model called `name`, of the version `asked` (empty: as its files are now).

    It is loaded outside of the queue; the page waits for that only so long. Raises ExplainerError,
    and RuntimeError inside a turn: it would keep all others waiting.
    """
    if queue().held_here:
        raise RuntimeError("A computation that has the turn asked for a model.")
    with loading(name) as waiting:
        return loader().get(name, asked or None, waiting)


def model(name: str) -> Model:
    """The model called `name` as its files are now, shared by all sessions; raises ExplainerError.

    For what takes no time, such as reading a text: all else goes by `on`.
    """
    return fetch(name).model


def on(
    name: str,
    work: Callable[[Loaded], Result],
    *,
    asked: str = "",
    effort: Callable[[Loaded], Estimate | None] = lambda _: None,
    question: Hashable = None,
    has_bar: bool = False,
) -> Result:
    """What `work` gives, run with the model called `name` in its turn of the queue.

    `asked` is the version of the model's files (empty: as they are now); `effort` is called before
    the turn, tells what it takes, and raises for what takes too long. Who waits for long sees how
    far it is, and can cancel the `question`; of what `has_bar`, one of its own on the page, only
    the waiting is shown. The work is stopped at its next checkpoint where
    the session has gone or has asked for something else, and with an ExplainerError where it takes
    far longer than is allowed. Raises ExplainerError where there is no such model or no turn, and
    where the question was cancelled, and RuntimeError inside of another work.
    """
    loaded = fetch(name, asked)
    with waited_for(effort(loaded), question, has_bar=has_bar) as wait, _turn(wait):
        return work(loaded)


@contextmanager
def _turn(wait: Wait) -> Iterator[None]:
    """One's turn to compute, which ends where nobody waits for it any more or it takes too long."""
    allowed = allowed_seconds()

    def waiting(before: int) -> None:
        wait.check()
        wait.line(before)

    with queue().turn(session.owner(), waiting) as check_place:
        wait.begin()
        until = time.monotonic() + OVERTIME * allowed

        def watch() -> None:
            wait.look()
            check_place()
            if time.monotonic() > until:
                raise ExplainerError(
                    f"This took longer than {OVERTIME * allowed} seconds and was stopped: "
                    "take fewer points (the adaptive rule takes few) or a shorter sentence."
                )

        with checkpoints(watch, wait.hear):
            yield
