"""The corpus page from top to bottom: which sentences → what they have in common → where."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer import CommonDifference, CommonPattern, Edge, ExplainerError
from explainer.app.compute.runs import corpus as compute
from explainer.app.corpus.asking import asked_for, so_far
from explainer.app.corpus.filters import chosen_of, filters
from explainer.app.corpus.graph import difference_graph, graph, group_graphs
from explainer.app.corpus.panel import panel, selected_step
from explainer.app.corpus.save import save_popover
from explainer.app.corpus.sources import Known
from explainer.app.corpus.state import LINKED, SURVEY
from explainer.app.corpus.tables import block_table, class_table, head_table
from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.page import page_frame
from explainer.app.widgets.frame.viewport import GAP
from explainer.app.widgets.glossary import how_to_read, words
from explainer.app.widgets.markdown import unbroken
from explainer.base.numbers import percent
from explainer.corpus.common import Chosen
from explainer.figures.common.said import common_summary, difference_summary

LEAD = "What do the patterns of many sentences have in common, and which sentences stand behind it?"
HOW_TO_READ = (
    "How to read it: rows are the words’ places. Of sentences of one form that is their position, "
    "called by the word that stands there most; of others, how far a token is from the target. "
    "A ribbon is a step that patterns take, as wide as what they carry on it in the mean of all "
    "sentences: blue for the answer, orange against it, paler where most goes by the skip "
    "connection. The number is the head that carries most. Click a ribbon to see the sentences "
    "behind it. The picture says what the search found, not what the model would do without it: "
    "cuts on Explore and Evaluate say that."
)
BESIDE = 900.0
COLUMNS = (1.7, 1.0)


def corpus_page() -> None:
    """Draw the page."""
    with page_frame(LINKED, "Corpus", LEAD, own_style="corpus") as frame:
        width = frame.width
        known = asked_for(lambda: _partial(width))
        if known is not None:
            _figures(known, width)


def _partial(width: float) -> None:
    """What a run has found so far."""
    known = so_far()
    if known is None:
        return
    try:
        common = compute.common(known.sentences, Chosen())
    except ExplainerError as error:
        show_error(error)
        return
    _answer(common)
    graph(common, width, LINKED.get().share, waits=True)


@st.fragment
def _figures(known: Known, width: float) -> None:
    """All that follows from the sentences; a choice made here runs nothing but this again."""
    try:
        _shown(known, width)
    except ExplainerError as error:
        show_error(error, owner="corpus")
    LINKED.write_link()


def _shown(known: Known, width: float) -> None:
    filters(known)
    survey = LINKED.get()
    chosen = chosen_of(survey, known)
    common = compute.common(known.sentences, chosen)
    beside = None
    if survey.beside is not None and survey.beside != chosen.group:
        beside = Chosen(survey.beside, chosen.right, chosen.word)
    if beside is not None and chosen.group is not None:
        _two(known, (chosen, beside), width)
        return
    _answer(common)
    step = selected_step(common)
    wide = width >= BESIDE
    if wide:
        left, right = st.columns(COLUMNS, gap="medium")
        picture, side, below = left.container(), right, left
    else:
        picture, side, below = (st.container() for _ in range(3))
    room = (width - GAP) * COLUMNS[0] / sum(COLUMNS) if wide else width
    with picture:
        graph(common, room, survey.share, selected=_pointed(step))
        _row(known, common, chosen)
    with side.container(key="corpus_panel"):
        panel(known, common, chosen, step)
    with below:
        head_table(common)
        for label, table in (("Words by class", class_table), ("Block by block", block_table)):
            box = st.expander(label, key=f"corpus_{label[:5]}", on_change=chooses_nothing)
            if box.open:
                with box:
                    table(common)


def _pointed(step: Edge | None) -> tuple[int, int, int] | None:
    """Where the step is, if somebody has selected it."""
    return None if step is None or LINKED.get().edge is None else step[:3]


def _two(known: Known, chosen: tuple[Chosen, Chosen], width: float) -> None:
    """Two groups, and what differs."""
    first, second = (compute.common(known.sentences, one) for one in chosen)
    names = str(chosen[0].group), str(chosen[1].group)
    try:
        difference = CommonDifference(first, second)
    except ExplainerError as error:
        show_error(error, owner="difference")
        group_graphs((first, second), names, width, LINKED.get().share, None)
        return
    st.html(f'<p class="ipe-answer">{escape(unbroken(difference_summary(difference, names)))}</p>')
    scale = difference_graph(difference, names, width, LINKED.get().share)
    _row(known, first, chosen[0], difference)
    group_graphs((first, second), names, width, LINKED.get().share, scale)


def _answer(common: CommonPattern) -> None:
    said = common_summary(common)
    if common.right is not None:
        said += f" In {percent(common.right)} the answer asked about is preferred to its rival."
    st.html(f'<p class="ipe-answer">{escape(unbroken(said))}</p>')


def _row(
    known: Known,
    common: CommonPattern,
    chosen: Chosen,
    difference: CommonDifference | None = None,
) -> None:
    """Under the graph: how to read it, how much of it is drawn, what can be taken away."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="view_row"):
        how_to_read(
            HOW_TO_READ, words("pattern", "step", "head", "skip connection", "influence", "block")
        )
        with st.popover("View", icon=":material/visibility:", type="tertiary", key="view"):
            st.slider(
                "Hide steps below",
                0,
                50,
                format="%d %%",
                width=220,
                help="Of what the strongest step carries.",
                **SURVEY.bound("share"),
            )
        save_popover(known, common, chosen, difference)
