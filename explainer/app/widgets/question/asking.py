"""What is asked: a sentence, a model and a contrast; and its answer, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import Contrast, ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import AtMask, Reading, Request
from explainer.app.compute.masks.apart import own_notes
from explainer.app.compute.request import PAIRED, contrast_for, pair_for, reading_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.viewport import SIDE_BY_SIDE
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import sentence_box
from explainer.app.widgets.question.contrast import OPEN, contrast_choices
from explainer.app.widgets.question.controls import kind_note
from explainer.app.widgets.question.kept import settle
from explainer.app.widgets.question.line import answers_line, question_line
from explainer.app.widgets.question.pooling import offer_pooling
from explainer.app.widgets.question.second_text import SecondPlaces, second_text
from explainer.app.widgets.question.shortening import offer_parts, say_shortened
from explainer.base.errors import HeadlessError, TooLongError, UnlikeWordsError
from explainer.figures.canvas.text import brief
from explainer.models.model import Model
from explainer.question.masks.word import BETWEEN
from explainer.question.pair import pair_left_out, wants_pair
from explainer.question.sentence import Span

Answer = TypeVar("Answer")
EXPLAINING = "Following every word through every layer …"
"""What is said while an explanation is computed."""
CHOOSE_WORD = (
    "Which word should the model predict? Click it above, or edit the sentence and type [MASK] in "
    "its place."
)

CHANGED = (
    "The files of the model have changed since the last answer: this is the answer of the new ones."
)


class MaskMissingError(ExplainerError):
    """No mistake: the word to predict is still to be chosen."""


@dataclass(frozen=True)
class Places:
    """Where on the page the parts go that are only known later.

    Without a place for `words` there are none to click, which may be followed where the page
    `follows` words; without places for a `second` text it is only named, without one for the `kind`
    of the model that is not said. Without a place for the `contrast` it is asked elsewhere. A page
    that explains words `apart` has a sentence for each of two words of different numbers of pieces.
    The answer in a sentence goes to `said`, beside what is predicted: one element, which the next
    one replaces.
    """

    messages: DeltaGenerator
    contrast: DeltaGenerator | None
    body: DeltaGenerator
    words: DeltaGenerator | None = None
    click: DeltaGenerator | None = None
    predicted: DeltaGenerator | None = None
    said: DeltaGenerator | None = None
    follows: bool = False
    second: SecondPlaces | None = None
    kind: DeltaGenerator | None = None
    apart: bool = False


def question(
    on: Editor[Choices], width: float, *, follows: bool = False, apart: bool = False
) -> Places:
    """The sentence, what the model says to it (beside it, on a wide page), and the question."""
    with st.container(key="question"):
        if width >= SIDE_BY_SIDE:
            left, right = st.columns([3.4, 1], gap="medium")
            top, predicted, below = left.container(), right.container(), left.container()
        else:
            top, predicted, below = st.container(), st.container(), st.container()
        with top:
            words, click, opens = sentence_box.sentence_box(on)
            second = SecondPlaces(st.container(key="second"), opens)
        with below:
            contrast, kind = question_line(on, follows=follows)
            messages, body, said = st.container(), st.container(), st.empty()
    return Places(
        *(messages, contrast, body, words, click, predicted, said, follows, second, kind), apart
    )


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
    if places.kind is not None:
        places.kind.caption(kind_note(loaded))
    if places.contrast is not None:  # else the question is another's, who settles it
        settle(on, loaded, places.messages)
    chosen = on.choices()
    reading = reading_for(chosen, loaded.info.task)
    asks_mask = places.words is not None and loaded.info.task == "masked-lm"
    problem: ExplainerError | None = None
    predicted: tuple[Prediction, ...] = ()
    try:
        if asks_mask and chosen.text.strip() and not sentence_box.has_mask(loaded, chosen.text):
            raise MaskMissingError(CHOOSE_WORD)
        predicted = compute.predictions(reading)
    except ExplainerError as error:
        problem = error
    # Words and contrast stay on the page whatever is wrong with the sentence.
    if places.words is not None:
        assert places.click is not None
        with places.words:
            said = _said_at_masks(reading, contrast_for(chosen, loaded.info.task))
            sentence_box.words(on, loaded, predicted, said, places.click, follows=places.follows)
    if loaded.info.task in PAIRED:
        _second_text(on, places, reading, loaded)
    elif chosen.pair:
        places.messages.caption(plain(pair_left_out(loaded)))
    if places.contrast is not None:
        with places.contrast:
            answers_line(on, contrast_choices(on, loaded, predicted))
    if problem is not None:
        raise problem
    request = compute.request_for(chosen, loaded.info.task)
    for note in _notes(request, apart=places.apart):
        places.messages.info(plain(note), icon=":material/info:")
    say_shortened(on, places.messages)
    return request, predicted


def _notes(request: Request, *, apart: bool) -> tuple[str, ...]:
    """What to know about how text and question were read.

    Raises UnlikeWordsError for two words without a sentence together, unless the page has one for
    each of them (`apart`).
    """
    try:
        return compute.reading_notes(request)
    except UnlikeWordsError:
        if not apart:
            raise
        return own_notes(request)


def _said_at_masks(reading: Reading, contrast: Contrast) -> tuple[AtMask, ...] | None:
    """What the model says at each mask that stands for a piece or a word of several; None where
    the two words do not have one sentence."""
    try:
        return compute.at_masks(reading, contrast)
    except UnlikeWordsError:
        return None
    except ExplainerError:
        return ()  # what is wrong with it is said where the question is read


def _answer_place(chosen: Choices, loaded: Model, reading: Reading) -> Span | None:
    """Where in its passage the answer stands that a reader is asked about."""
    if loaded.info.task != "question-answering" or reading.pair is None:
        return None
    try:
        return compute.answer_place(reading, contrast_for(chosen, loaded.info.task))
    except ExplainerError:
        return None  # what is wrong with it is said where the question is read


def _second_text(on: Editor[Choices], places: Places, reading: Reading, loaded: Model) -> None:
    """The second text: its box, or where the page has none, the text itself."""
    if places.second is not None:
        found = _answer_place(on.choices(), loaded, reading)
        reads = loaded.info.task == "question-answering"
        second_text(on, places.second, found, wanted=wants_pair(loaded), answers=reads)
    elif reading.pair is not None:
        read = "Read" if loaded.pooling is None else "Compared"
        said = f"{read} with the second text “{brief(reading.pair)}”, which Explore can change."
        places.messages.caption(plain(said))


def place_for_problem(on: Editor[Choices], places: Places) -> DeltaGenerator:
    """Where to say what goes wrong with computing the answer.

    What was said there before goes now, and not only once there is an answer.
    """
    said = st.session_state.pop(_problem_shown(on), False)
    return places.messages.empty() if said else places.messages


def show_problem(on: Editor[Choices], error: ExplainerError, place: DeltaGenerator) -> None:
    """Say what is wrong, until something else is asked, and offer what mends it."""
    box = place.container()
    show_error(error, box, on.prefix)
    if isinstance(error, TooLongError):
        offer_parts(on, box)
    if isinstance(error, HeadlessError):
        offer_pooling(on, box)
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
        other = differs(request, on.choices())
    except ExplainerError:
        return None  # a model that has gone since; what is wrong now has been said
    says = f"Below is still the result for {_named(request)}"
    if other:
        says += f". What is asked above has another {' and another '.join(other)}"
    places.body.caption(plain(f"{says}."))
    return shown


def differs(request: Request, chosen: Choices) -> list[str]:
    """Which of sentence, model and question are not those of the request any more."""
    if chosen.model != request.model:
        changed = ["model"]
    else:
        task = compute.model_of(request).info.task
        changed = ["question"] if contrast_for(chosen, task) != request.contrast else []
        if pair_for(chosen, task) != request.pair:
            changed = ["second text", *changed]
    return ["sentence", *changed] if chosen.text != request.text else changed


def _named(request: Request) -> str:
    """A request in words: its text, and what was asked of it."""
    contrast = request.contrast
    one = _written(contrast.correct or contrast.label or contrast.answer)
    other = _written(contrast.wrong or contrast.other)
    words = [f"“{word}”" if word is not None else "the model’s choice" for word in (one, other)]
    asked = "" if one is None and other is None else f", asked for {' rather than '.join(words)}"
    second = "" if request.pair is None else f" with “{request.pair}”"
    of = "" if contrast.word is None else f" about “{contrast.word}”"
    return f"“{request.text}”{second}{asked}{of}"


def _written(asked: Any) -> str | None:
    """A word or class as it was asked for; of several masks the word at each."""
    if isinstance(asked, tuple):
        return BETWEEN.join(OPEN if word is None else str(word) for word in asked)
    return None if asked is None else str(asked)
