"""The explore page from top to bottom: controls → one cached call → figures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Explanation, Prediction
from explainer.figures import summary
from explainer.figures.frame import NARROW
from explainer.models.model import Model
from explainer.ui import compute, controls, sentence_box, state
from explainer.ui.compute import Request
from explainer.ui.graph import graph, is_dark, view_of
from explainer.ui.markdown import plain
from explainer.ui.save import save_popover
from explainer.ui.selection import drop_stale, selection_fields
from explainer.ui.step_panel import step_panel
from explainer.ui.strip import prediction_list, strip
from explainer.ui.style import style
from explainer.ui.tables import block_table, pattern_table
from explainer.ui.viewport import page_width

LAST = "last_request"
CHOOSE_WORD = (
    "Which word should the model predict? Click it below, or type [MASK] in its place and press "
    "Enter."
)
LEAD = "Which way does a word’s influence take through BERT, and what carries it at each step?"
HOW_TO_READ = (
    "A line follows one word’s influence to the ringed target. Level and dashed: it stays at its "
    "place, by the skip connection. Solid: the attention head in the circle carries it. "
    "The wider, the more influence. Click a word, a node or a line to see what passes there."
)


class MaskMissingError(ExplainerError):
    """No mistake: the word to predict is still to be chosen."""


@dataclass(frozen=True)
class Places:
    """Where on the page the parts go that are only known later."""

    messages: DeltaGenerator
    chips: DeltaGenerator
    contrast: DeltaGenerator
    body: DeltaGenerator


def explore() -> None:
    """Draw the page."""
    style(is_dark())
    state.adopt_link()
    st.html(f'<div class="ipe-head"><h1>Influence patterns</h1><p>{LEAD}</p></div>')
    try:
        compute.listings()
    except ExplainerError as error:  # the server's own setting is wrong: nothing can be loaded
        st.error(plain(str(error)))
        return
    sentence_box.sentence_box()
    messages, chips = st.container(), st.container()
    contrast, model, settings = st.columns([5, 2.5, 1.5], vertical_alignment="bottom")
    with model:
        controls.model_field()
    with settings:
        controls.settings_popover()
    width = page_width()
    for note in state.notes():
        messages.info(plain(note), icon=":material/link_off:")
    shown = _shown(Places(messages, chips, contrast, st.container()))
    if shown is not None:
        for stale in drop_stale(shown[0]):
            messages.info(plain(stale), icon=":material/link_off:")
        _figures(*shown, width)
    if not state.choices().fits_link:
        st.caption("The sentence is too long for a link: the address leaves it out.")
    state.write_link()


def _shown(places: Places) -> tuple[Explanation, tuple[Prediction, ...]] | None:
    """The result of the choices; under a message the last good one; None where there is none."""
    try:
        request, predicted = _asked(places)
        with places.body, st.spinner("Following every word through every layer …"):
            explanation = compute.explanation(request)
    except MaskMissingError as missing:
        places.messages.info(plain(str(missing)), icon=":material/touch_app:")
        return _last(places)
    except ExplainerError as error:
        places.messages.error(plain(str(error)), icon=":material/error:")
        return _last(places)
    st.session_state[LAST] = request
    return explanation, predicted


def _asked(places: Places) -> tuple[Request, tuple[Prediction, ...]]:
    """What to compute, with the model's predictions; raises ExplainerError for what is wrong."""
    chosen = state.choices()
    with places.body, st.spinner("Loading the model …"):
        loaded = compute.model(chosen.model)
    words = loaded.info.task == "masked-lm"
    if words:
        with places.chips:
            sentence_box.chips()
    problem: ExplainerError | None = None
    predicted: tuple[Prediction, ...] = ()
    try:
        if words and chosen.text.strip() and not sentence_box.has_mask(chosen.text):
            raise MaskMissingError(CHOOSE_WORD)
        predicted = compute.predictions(chosen.model, chosen.text)
    except ExplainerError as error:
        problem = error
    # The contrast stays on the page whatever is wrong with the sentence.
    with places.contrast:
        _contrast(loaded, predicted)
    if problem is not None:
        raise problem
    for note in compute.reading_notes(chosen.model, chosen.text):
        places.messages.info(plain(note), icon=":material/info:")
    return compute.request_for(chosen, loaded.info.task), predicted


def _contrast(loaded: Model, predicted: tuple[Prediction, ...]) -> None:
    if loaded.info.task == "masked-lm":
        controls.word_contrast(predicted)
    else:
        controls.class_contrast(loaded)


def _last(places: Places) -> tuple[Explanation, tuple[Prediction, ...]] | None:
    """The last good result, marked as such."""
    request: Request | None = st.session_state.get(LAST)
    if request is None:
        return None
    try:
        shown = (
            compute.explanation(request),
            compute.predictions(request.model, request.text),
        )
    except ExplainerError:
        return None  # a model that has gone since; what is wrong now has been said
    places.body.caption(f"Below is still the result for “{plain(request.text)}”.")
    return shown


def _figures(explanation: Explanation, predicted: tuple[Prediction, ...], width: float) -> None:
    """Strip, graph, tables and predictions of one explanation."""
    chosen = state.choices()
    view = view_of(chosen, width)
    above, middle, below = st.container(), st.container(), st.container()
    with (
        below if width < NARROW else above,  # on a phone the graph comes first
        st.container(horizontal=True, vertical_alignment="bottom", key="view_row"),
    ):
        controls.drawing_controls()
        save_popover(explanation, view, st.session_state[LAST])
    with middle:
        graph(explanation, view)
    st.caption(HOW_TO_READ)
    selection_fields(explanation, view.patterns(explanation), view.level)
    left, right = st.columns([2.3, 1], gap="large")
    with left:
        st.markdown(plain(summary(explanation, view.level, view.selected, view.place)))
        strip(explanation, view.patterns(explanation), view.level)
    with right:
        prediction_list(predicted)
    step_panel(explanation, st.session_state[LAST], predicted, view)
    pattern_table(explanation, view.level)
    with st.expander("Skip and heads by block"):
        block_table(explanation)
