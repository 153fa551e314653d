"""What is asked: a sentence, a model and a contrast; and its answer, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading, Request
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls, sentence_box
from explainer.app.widgets.question.contrast import contrast_fields
from explainer.app.widgets.question.kept import settle

Answer = TypeVar("Answer")
EXPLAINING = "Following every word through every layer …"
"""What is said while an explanation is computed."""
CHOOSE_WORD = (
    "Which word should the model predict? Click it below, or type [MASK] in its place and press "
    "Enter."
)

CHANGED = (
    "The files of the model have changed since the last answer: this is the answer of the new ones."
)


class MaskMissingError(ExplainerError):
    """No mistake: the word to predict is still to be chosen."""


@dataclass(frozen=True)
class Places:
    """Where on the page the parts go that are only known later.

    Without a place for `chips` there are no words to click.
    """

    messages: DeltaGenerator
    contrast: DeltaGenerator
    body: DeltaGenerator
    chips: DeltaGenerator | None = None


def question(on: Editor[Choices], *, follows: bool = False) -> Places:
    """The sentence's box, and in a row below the model and the settings."""
    sentence_box.sentence_box(on)
    messages, chips = st.container(), st.container()
    contrast, model, settings = st.columns([5, 2.5, 1.5], vertical_alignment="bottom")
    with model:
        controls.model_field(on)
    with settings:
        controls.settings_popover(on, follows=follows)
    return Places(messages, contrast, st.container(), chips)


def last_request(on: Editor[Choices]) -> str:
    """Where the session keeps the request that was answered last."""
    return f"{on.prefix}_last_request"


def answered(
    on: Editor[Choices], places: Places, answer: Callable[[Request], Answer], waiting: str
) -> tuple[Answer, tuple[Prediction, ...]] | None:
    """The answer, cached, to what is chosen, with the model's predictions; `waiting` is said
    meanwhile.

    Under a message about what is wrong it is the last good one; None where there is none.
    """
    problem = places.messages
    try:
        request, predicted = asked(on, places)
        problem = place_for_problem(on, places)
        with places.body, st.spinner(waiting):
            found = answer(request)
        _say_changed(on, places, request)
    except MaskMissingError as missing:
        places.messages.info(plain(str(missing)), icon=":material/touch_app:")
        return _last(on, places, answer)
    except ExplainerError as error:
        show_problem(on, error, problem)
        return _last(on, places, answer)
    st.session_state[last_request(on)] = request
    return found, predicted


def asked(on: Editor[Choices], places: Places) -> tuple[Request, tuple[Prediction, ...]]:
    """What to compute, with the model's predictions; draws the contrast, and the words to click.

    Raises ExplainerError for what is wrong, MaskMissingError where a word is still to be clicked.
    """
    with places.body, st.spinner("Loading the model …", show_time=True):
        loaded = compute.model(on.choices().model)
    settle(on, loaded, places.messages)
    chosen = on.choices()
    clickable = places.chips is not None and loaded.info.task == "masked-lm"
    if places.chips is not None and clickable:
        with places.chips:
            sentence_box.chips(on, loaded)
    problem: ExplainerError | None = None
    predicted: tuple[Prediction, ...] = ()
    try:
        if clickable and chosen.text.strip() and not sentence_box.has_mask(loaded, chosen.text):
            raise MaskMissingError(CHOOSE_WORD)
        predicted = compute.predictions(Reading(chosen.model, chosen.text))
    except ExplainerError as error:
        problem = error
    # The contrast stays on the page whatever is wrong with the sentence.
    with places.contrast:
        contrast_fields(on, loaded, predicted)
    if problem is not None:
        raise problem
    for note in compute.reading_notes(chosen.model, chosen.text):
        places.messages.info(plain(note), icon=":material/info:")
    return compute.request_for(chosen, loaded.info.task), predicted


def place_for_problem(on: Editor[Choices], places: Places) -> DeltaGenerator:
    """Where to say what goes wrong with computing the answer.

    What was said there before goes now, and not only once there is an answer.
    """
    said = st.session_state.pop(_problem_shown(on), False)
    return places.messages.empty() if said else places.messages


def show_problem(on: Editor[Choices], error: ExplainerError, place: DeltaGenerator) -> None:
    """Say what is wrong, until something else is asked."""
    show_error(error, place, on.prefix)
    st.session_state[_problem_shown(on)] = True


def _problem_shown(on: Editor[Choices]) -> str:
    return f"{on.prefix}_problem_shown"


def _say_changed(on: Editor[Choices], places: Places, request: Request) -> None:
    """A note where the model has been saved again since the last answer."""
    last: Request | None = st.session_state.get(last_request(on))
    if last is not None and last.model == request.model and last.version != request.version:
        places.messages.info(CHANGED, icon=":material/sync:")


def _last(
    on: Editor[Choices], places: Places, answer: Callable[[Request], Answer]
) -> tuple[Answer, tuple[Prediction, ...]] | None:
    """The last good answer, marked as such."""
    request: Request | None = st.session_state.get(last_request(on))
    if request is None:
        return None
    try:
        shown = answer(request), compute.predictions(request.reading)
    except ExplainerError:
        return None  # a model that has gone since; what is wrong now has been said
    places.body.caption(plain(f"Below is still the result for {_named(request)}."))
    return shown


def _named(request: Request) -> str:
    """A request in words: its text, and what was asked of it."""
    contrast = request.contrast
    one, other = contrast.correct or contrast.label, contrast.wrong or contrast.other
    words = [f"“{word}”" if word is not None else "the model’s choice" for word in (one, other)]
    asked = "" if one is None and other is None else f", asked for {' rather than '.join(words)}"
    return f"“{request.text}”{asked}"
