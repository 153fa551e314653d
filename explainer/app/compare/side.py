"""One side of the compare page: its sentence, model and question, and its explanation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import Contrast, ExplainerError, Explanation
from explainer.app import compute
from explainer.app.compare.state import EDITORS, TITLES, Side
from explainer.app.compute import Request
from explainer.app.widgets.question import controls
from explainer.app.widgets.question.asking import (
    EXPLAINING,
    Places,
    asked,
    place_for_problem,
    show_problem,
)
from explainer.app.widgets.question.kept import WORDS, type_text
from explainer.app.widgets.question.second_text import SecondPlaces

Answered = tuple[Request, Explanation]


def question_place(side: str) -> DeltaGenerator:
    """Where the question of a side goes, or of both."""
    return st.container(
        horizontal=True,
        vertical_alignment="center",
        gap="xsmall",
        width="content",
        key=f"contrast_{side}",
    )


def side_box(side: Side, together: DeltaGenerator | None) -> Places:
    """The side's sentence and model; where its question and its messages go.

    Where both are asked one question, it goes `together`, as the first one's.
    """
    editor, shared = EDITORS[side], together is not None
    keep = WORDS if shared and side == "second" else ()
    text, model = st.columns([2.6, 1], gap="small", vertical_alignment="bottom")
    text.text_input(
        f"{TITLES[side]} sentence",
        placeholder="Type a sentence with [MASK], then press Enter",
        **editor.show("text", editor.choices().text, partial(type_text, editor, keep=keep)),
    )
    with model:
        controls.model_field(editor)
    row = st.container()
    second = SecondPlaces(row, row, boxed=True)
    contrast = together if shared else question_place(side)
    messages = st.container()
    drawn_already = shared and side == "second"
    return Places(messages, None if drawn_already else contrast, body=messages, second=second)


def explained(side: Side, places: Places, like: Request | None = None) -> Answered | None:
    """The side's request and explanation; None with one sentence about what is wrong.

    It is asked the question of the request that it is `like`.
    """
    problem = places.messages
    try:
        request, _ = asked(EDITORS[side], places)
        if like is not None:
            request = _asked_like(request, like)
        problem = place_for_problem(EDITORS[side], places)
        with places.body, st.spinner(EXPLAINING):
            return request, compute.explanation(request)
    except ExplainerError as error:
        show_problem(EDITORS[side], error, problem)
        return None


def _asked_like(request: Request, like: Request) -> Request:
    """The request asked for the very answers of the other, also where that leaves them open.

    Raises ExplainerError.
    """
    task, given = compute.model_of(like).info.task, like.contrast
    if task == "similarity":
        return request  # how near the second text is: there is nothing else to ask
    if task in ("tagging", "question-answering"):
        return replace(request, contrast=compute.exact_contrast(like.reading, given))
    words = task == "masked-lm"
    both = (given.correct, given.wrong) if words else (given.label, given.other)
    if None not in chain(*(each if isinstance(each, tuple) else [each] for each in both)):
        return replace(request, contrast=given)
    first, second = compute.answers(like.reading, given)
    if words:
        return replace(request, contrast=Contrast(first, second, mask=given.mask))
    return replace(request, contrast=Contrast(label=first, other=second))
