"""What all sessions of a server share: models, places, answers, and who computes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from explainer import available_models
from explainer.app.compute import session
from explainer.app.compute.flights import Flights
from explainer.app.compute.logged import logged, under_way
from explainer.app.compute.places import Places
from explainer.app.compute.request import Source
from explainer.app.compute.waiting import loading, waited_for
from explainer.app.serving import draining
from explainer.app.serving.status import Load, report
from explainer.app.work.begun import beside
from explainer.app.work.bench import Bench
from explainer.app.work.kept import Kept
from explainer.app.work.limits import (
    OVERTIME,
    allowed_seconds,
    check_memory,
    kept_answers,
    kept_models,
    most_waiting,
    processes,
    room,
)
from explainer.app.work.loader import Loaded, Loader
from explainer.app.work.task import Task
from explainer.app.work.turns import Turns
from explainer.influence.effort.estimate import Estimate
from explainer.models.model import Model
from explainer.models.presets import Listing

Result = TypeVar("Result")


@st.cache_resource(show_spinner=False)
def places() -> Places:
    """The places of those who wait for answers."""
    report(_load)
    return Places(most_waiting())


@st.cache_resource(show_spinner=False)
def answers() -> Kept:
    """What has been computed, for all sessions."""
    return Kept(kept_answers())


@st.cache_resource(show_spinner=False)
def flights() -> Flights:
    """What is being computed, for all sessions."""
    return Flights()


@st.cache_resource(show_spinner=False)
def loader() -> Loader:
    """The models in memory, shared by all sessions."""
    return Loader(most_bytes=kept_models())


@st.cache_resource(show_spinner=False)
def bench() -> Bench:
    """Who computes in this process."""
    return Bench(loader(), Turns(room()))


@st.cache_resource(ttl=30, show_spinner=False)
def listings() -> tuple[Listing, ...]:
    """The models that can be chosen by name, looked up again after half a minute."""
    return available_models()


def fetch(name: str, asked: str = "") -> Loaded:
    """The model called `name`, of the version `asked` (empty: as its files are now).

    It is loaded beside all turns; the page waits for that only so long. Raises ExplainerError,
    and RuntimeError inside a turn: it would keep all others waiting.
    """
    if bench().held_here:
        raise RuntimeError("A computation that has the turn asked for a model.")
    with loading(name) as waiting:
        return loader().get(name, asked or None, waiting)


def model(name: str) -> Model:
    """The model called `name` as its files are now, shared by all sessions; raises ExplainerError.

    For what takes no time, such as reading a text: all else goes by `on`.
    """
    return fetch(name).model


def model_of(source: Source) -> Model:
    """The model that a request or a reading is about, of the version that it has: what is asked
    later must fit what was answered, also where the files have changed or gone. Raises
    ExplainerError where they have and it is no longer in memory."""
    return fetch(source.model, source.version).model


def on(
    name: str,
    work: Callable[[Loaded], Result],
    *,
    kind: str,
    asked: str = "",
    effort: Callable[[Loaded], Estimate | None] = lambda _: None,
    question: Hashable = None,
    has_bar: bool = False,
    hear: Callable[[float], object] = lambda _: None,
) -> Result:
    """What `work` gives, run with the model called `name`, in turn with what others ask.

    It may run in another process: `work` is a function of a module, or a `partial` of one; the log
    calls it `kind`. `asked` is the version of the model's files (empty: as they are now); `effort`
    is called before the turn, tells what it takes, and raises for what takes too long. Who waits
    for long sees how far it is, and can cancel the `question`; of what `has_bar`, one of its own on
    the page, only the waiting is shown; `hear` is told too how far it is. The work is stopped at
    a checkpoint soon after the session has gone or has asked for something else, and with an
    ExplainerError where it takes far longer than is allowed. Raises ExplainerError where there is
    no such model, no place and no memory, where the server is about to end, and where the question
    was cancelled, and RuntimeError inside of another work.
    """
    draining.check(session.owner())
    with logged(kind, name, session.owner()) as noted:
        loaded = fetch(name, asked)
        found = noted.found = effort(loaded)
        desk = beside() if processes() else bench()
        with places().take(session.owner()):

            def check() -> None:
                session.check()
                if not noted.computes:
                    draining.check(session.owner())

            with waited_for(found, question, has_bar=has_bar, check=check, hear=hear) as wait:
                noted.wait = wait
                n_bytes = 0 if found is None else found.n_bytes
                check_memory(n_bytes)
                task = Task(
                    *(name, loaded.version, work, str(session.owner())),
                    seconds=OVERTIME * allowed_seconds(),
                    n_bytes=n_bytes,
                )
                result: Any = desk.compute(task, wait)
                return result


def _load() -> Load:
    """What there is to do at this moment."""
    running = under_way()
    return Load(
        running=running,
        waiting=max(0, places().taken - running),
        models=loader().models,
        up=not processes() or beside().up,
        sessions=places().owners,
    )
