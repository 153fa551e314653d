"""The explore page from top to bottom: controls → one cached call → figures."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Explanation, Prediction, WordPair
from explainer.app import compute
from explainer.app.compute import AtMask, Request
from explainer.app.compute.explore import scores as scores_of
from explainer.app.compute.masks.apart import explained
from explainer.app.explore.apart import apart_section
from explainer.app.explore.by_word import word_by_word
from explainer.app.explore.controls import row_options, scores_field
from explainer.app.explore.graph import graph
from explainer.app.explore.inspector.panel import inspector
from explainer.app.explore.rows import Rows, rows_of
from explainer.app.explore.save import save_popover
from explainer.app.explore.selection import drop_stale
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.explore.tables import block_table, pattern_table
from explainer.app.explore.tour import open_for_newcomers, tour, tour_button
from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.answer import answer
from explainer.app.widgets.drawing import drawing_controls, view_of
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.page import page_frame
from explainer.app.widgets.frame.viewport import GAP, is_dark
from explainer.app.widgets.glossary import how_to_read, words
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.asking import EXPLAINING, answered, last_request, question
from explainer.app.widgets.question.contrast import of_mask
from explainer.app.widgets.question.tint import tint
from explainer.app.widgets.strip import (
    PREDICTS,
    found_by,
    likelier,
    mask_lists,
    prediction_list,
    strip,
)
from explainer.app.widgets.strongest import strongest_row
from explainer.figures import View
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scores import says_bars
from explainer.results.beside.word_scores import OWN, WordScores
from explainer.results.target import COSINE

LAST = last_request(EDITOR)
CUT = "explore_cut"
"""Where the session keeps what was chosen when a cut was drawn last."""
LEAD = "Which way does a word’s influence take through BERT, and what carries it at each step?"
HOW_TO_READ = (
    "How to read it: a ribbon is one word’s influence on its way to the ringed target. Pale, all "
    "that passes its nodes; darker within, what its heads and skips carry alone, half as strong "
    "where it stays at its place by the skip connection, in full colour where the numbered head "
    "moves it. Where it thins, the rest goes other ways."
)
HOW_TO_USE = (
    "Click a line, a node or a word in the graph to see what passes there, and what the model says "
    "without it. Click a word of the sentence to mask it (to a model that tags words, to ask about "
    "it) or to follow it, or edit the sentence."
)
HOW_TO_READ_BLOCKS = (
    "How to read it: of everything that flows through a block, how much stays at its place by the "
    "skip connection and how much heads move; signed, flows for and against cancel. Blocks and "
    "heads count from 0."
)
HOW_NEAR = "How similar the model finds them"
BESIDE = 900.0
"""px of page width from which the inspector stands beside the graph."""
COLUMNS = (1.94, 1.0)
"""The graph's width and the inspector's, of what is left of the page beside a gap."""
NOTHING = (
    "No word has any influence here: to the model the sentence is the same as its baseline, word "
    "for word. Change the sentence, or choose another baseline in the settings."
)


def graph_width(width: float) -> float:
    """px for the graph on a page of this width."""
    if width < BESIDE:
        return width
    return (width - GAP) * COLUMNS[0] / sum(COLUMNS)


def explore_page() -> None:
    """Draw the page."""
    open_for_newcomers()
    with (
        page_frame(LINKED, "Influence patterns", LEAD, own_style="explore") as frame,
        st.container(key="explore_page"),
    ):
        tour_button(frame.head)
        places = question(EDITOR, frame.width, follows=True, apart=True)
        shown = answered(EDITOR, places, explained, EXPLAINING)
        if shown is None:
            return
        explanation, predicted = shown
        if isinstance(explanation, WordPair):
            request = st.session_state[LAST]
            assert places.predicted is not None
            assert places.said is not None
            with places.predicted:
                likelier(explanation)
            apart_section(explanation, request, frame.width, places.said)
        else:
            request = st.session_state[LAST]
            said = _at_masks(request)
            predicted = _with_asked(request, explanation, predicted)
            assert places.predicted is not None
            assert places.said is not None
            with places.predicted:
                if said:
                    mask_lists(said)
                else:
                    name = HOW_NEAR if explanation.target.unit == COSINE else PREDICTS
                    prediction_list(predicted, explanation.target, name=name)
            strongest_row(EDITOR, [("", explanation)])
            _figures(explanation, predicted, request, frame.width, places.said)


def _at_masks(request: Request) -> tuple[AtMask, ...]:
    """What the model says at each of several masks; nothing, and why, where it cannot be asked."""
    try:
        return compute.at_masks(request.reading, request.contrast)
    except ExplainerError as error:
        show_error(error, owner="at_masks")
        return ()


def _with_asked(
    request: Request, explanation: Explanation, predicted: tuple[Prediction, ...]
) -> tuple[Prediction, ...]:
    """The predictions, with what is asked about behind them where it is none of the likeliest; of
    a tagger those for the word that is asked about.

    Only then is the model asked again, which takes another turn.
    """
    if len(explanation.target.positions) > 1 and explanation.model.task == "masked-lm":
        return predicted  # of several masks it is said at each of them
    if request.contrast.mask is not None:
        predicted = of_mask(predicted, request.contrast.mask)
    asked = {explanation.target.correct, explanation.target.wrong} - {None}
    tags = explanation.model.task == "tagging"
    if not tags and asked <= {prediction.word for prediction in predicted}:
        return predicted
    try:
        return compute.predictions_and_asked(request)
    except ExplainerError as error:
        show_error(error, owner="predicted")
        return predicted


@st.fragment
def _figures(
    explanation: Explanation,
    predicted: tuple[Prediction, ...],
    request: Request,
    width: float,
    said: DeltaGenerator,
) -> None:
    """All that follows from one explanation; a choice made here runs nothing but this again."""
    rows = rows_of(explanation, LINKED.get().merge)
    for stale in drop_stale(rows):
        st.info(plain(stale), icon=":material/link_off:")
    beside = width >= BESIDE
    scores = _scores(request)
    view = replace(view_of(LINKED.get(), graph_width(width)), scores=scores)
    drawn = rows.drawn(view)
    if scores is not None:
        st.caption(plain(says_bars(drawn, "Bars and tints")))
    tour(explanation, request)
    if beside:
        left, right = st.columns(COLUMNS, gap="medium")
        picture, inspector_place, below = left.container(), right, left
    else:
        picture, inspector_place, below = (st.container() for _ in range(3))
    cuts = LINKED.get().what != "none"
    if cuts and explanation.patterns:
        picture = picture.empty()
        if LINKED.get() != st.session_state.get(CUT):  # else its answer is there at once
            with picture.container():
                graph(rows, request, view, drawn, waits=True)
    else:
        _graph(picture, rows, request, view, drawn)
    # After the graph, though they stand above it: a browser that has the graph among the first
    # things of an answer lays the page out once less before it is drawn.
    tint(request, explanation, scores, dark=is_dark())
    answer(drawn, said)
    if not explanation.patterns:
        picture.info(NOTHING, icon=":material/info:")
        LINKED.write_link()
        return
    with inspector_place.container(key="inspector"):
        cut = inspector(rows, request, predicted, view, drawn)
    if cuts:
        st.session_state[CUT] = LINKED.get()
        _graph(picture.container(), rows, request, view, replace(drawn, cut=rows.cut(cut)))
    with below:
        if explanation.model.task == "similarity":
            word_by_word(request, view)
        strip(explanation, drawn.of_tokens, view.level)
        pattern_table(rows, drawn)
        blocks = st.expander("Skip and heads by block", key="blocks", on_change=chooses_nothing)
        if blocks.open:
            meanings = words("block", "total flow", "component", "hidden state")
            blocks.caption(HOW_TO_READ_BLOCKS, help=meanings)
            with blocks:
                block_table(explanation)
    LINKED.write_link()


def _scores(request: Request) -> WordScores | None:
    """The scores that are chosen in the place of influence; None for influence, and, with what is
    wrong, where they cannot be had."""
    method = LINKED.get().scores
    if method == OWN:
        return None
    try:
        with st.spinner("Scoring words …"):
            return scores_of(request, method)
    except ExplainerError as error:
        show_error(error, owner="scores")
        st.caption("Bars and tints are influence g.")
        return None


def _graph(place: DeltaGenerator, rows: Rows, request: Request, view: View, drawn: Drawn) -> None:
    """The graph and what belongs to it."""
    with place:
        graph(rows, request, view, drawn)
        _reading(rows.tokens, request, view, drawn)


def _reading(explanation: Explanation, request: Request, view: View, drawn: Drawn) -> None:
    """Under the graph: how to read it, what it shows, and what can be taken away of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="view_row"):
        st.caption(found_by(explanation, view.level), width="stretch")
        how_to_read(
            f"{HOW_TO_READ}\n\n{HOW_TO_USE}",
            words("influence", "pattern", "step", "head", "skip connection", "node"),
        )
        with st.popover("View", icon=":material/visibility:", type="tertiary", key="view"):
            drawing_controls(EDITOR)
            row_options()
            scores_field()
        save_popover(explanation, request, view, replace(drawn, cut=None))
