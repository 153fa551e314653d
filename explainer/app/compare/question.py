"""What both sides are asked: one question, or each side its own."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compare.side import Answered, explained, question_place, side_box
from explainer.app.compare.state import BOTH, LINKED, SIDES
from explainer.app.widgets.frame.viewport import columns

APART = "Ask each side on its own"
UNLIKE_MODELS = (
    "The two models choose among different things, words, classes, tags or answers, so that each "
    "is asked on its own."
)


def both_asked(
    together: DeltaGenerator | None, width: float
) -> tuple[Answered | None, Answered | None]:
    """The sentences and models of both sides, and what each of them was answered.

    Where both are asked one question, it goes `together`; else each has its own.
    """
    places = []
    for side, column in zip(SIDES, columns(width), strict=True):
        with column:
            places.append(side_box(side, together))
    first = explained("first", places[0])
    like = first[0] if first is not None and together is not None else None
    return first, explained("second", places[1], like)


def question_row() -> DeltaGenerator | None:
    """The switch, and before it where the question of both goes, if it is one."""
    apart, unlike = LINKED.get().apart, _unlike_models()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="pair_question"
    ):
        together = None if apart or unlike else question_place("both")
        if unlike:
            st.toggle(APART, value=True, disabled=True, help=UNLIKE_MODELS, key="apart_anyway")
        else:
            st.toggle(APART, **BOTH.show("apart", apart, _switch))
    return together


def _switch(apart: bool) -> None:
    LINKED.put(LINKED.get().asked(apart=apart))


def _unlike_models() -> bool:
    """Whether the two models choose among different things: words, classes, tags or answers."""
    tasks = set()
    for name in {getattr(LINKED.get(), side).model for side in SIDES}:
        try:
            with st.spinner("Loading the model …", show_time=True):
                tasks.add(compute.model(name).info.task)
        except ExplainerError:
            return False  # what is wrong with it is said at its side
    return len(tasks) > 1
