"""The compare page from top to bottom: two sides → one cached call each → figures side by side."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import Explanation
from explainer.app.compare.minimal import begin
from explainer.app.compare.numbers import quantity_table, share_table
from explainer.app.compare.presets import preset_popover
from explainer.app.compare.question import both_asked, question_row
from explainer.app.compare.save import pair_save
from explainer.app.compare.state import BOTH, LINKED, SELECTION, SIDES, TITLES, Side
from explainer.app.compare.tables import route_table
from explainer.app.compute import Request
from explainer.app.state.editor import UNSET
from explainer.app.state.noted import standing_notes
from explainer.app.widgets.drawing import drawing_controls, merge_field, view_of
from explainer.app.widgets.frame.page import Frame, page_frame
from explainer.app.widgets.frame.viewport import column_width, columns
from explainer.app.widgets.glossary import how_to_read, words
from explainer.app.widgets.pair.graphs import (
    Titles,
    answer_colours,
    pair_graphs,
    side_graph,
    side_views,
    verdict,
)
from explainer.app.widgets.pair.rows import Shown, shown_of
from explainer.app.widgets.question import controls
from explainer.app.widgets.strip import found_by
from explainer.app.widgets.strongest import strongest_row
from explainer.figures import View
from explainer.figures.patterns.pairs.difference import difference_summary, token_name
from explainer.figures.patterns.pairs.views import Pair
from explainer.results.comparison import compare

NOTED = "compare_noted"
"""Where the session keeps the note about a word that was dropped."""
LEAD = "Two sentences, two models or two questions: does influence take the same way?"
SAME = (
    "Both sides are the same: change the second one’s sentence, model or contrast, or take a "
    "minimal pair."
)
DIFFERENT_QUESTIONS = (
    "The two models choose among different things, words, classes, tags or answers: their "
    "influences answer different questions. Compare the ways that they take, not the numbers."
)
HOW_TO_READ = (
    "Both graphs are drawn to one scale, token beside token: a dash stands where the other "
    "sentence has a word more. The bar at a word is its influence, the darker part what its line "
    "carries. Click a word, a line or a row to follow it on both sides."
)


def compare_page() -> None:
    """Draw the page."""
    with (
        page_frame(LINKED, "Compare", LEAD, own_style="compare") as frame,
        st.container(key="compare_page"),
    ):
        begin(frame.messages)
        with frame.head:
            together = question_row()
            preset_popover()
            st.button("Swap", icon=":material/swap_horiz:", key="swap", on_click=_swap)
            with st.container(width="content"):
                controls.settings_popover(BOTH, follows=True)
        one, two = both_asked(together, frame.width)
        if one is not None and two is not None:
            answer_colours((one[1], two[1]))
            _figures((one[1], two[1]), (one[0], two[0]), frame)
        else:
            _lone_figure(tuple(side and side[1] for side in (one, two)), frame.width)


def _swap() -> None:
    LINKED.put(LINKED.get().swapped())


def _lone_figure(found: tuple[Explanation | None, ...], width: float) -> None:
    """The graph of the side that has no problem, if one has none."""
    for side, explanation in zip(SIDES, found, strict=True):
        if explanation is not None:
            strongest_row(BOTH, [("", explanation)])
            _lone_graph(side, explanation, width)
            with _row_below():
                _view_menu(explanation)


def _lone_graph(side: Side, explanation: Explanation, width: float) -> None:
    """The graph of the side that has no problem, in its own place."""
    with columns(width)[SIDES.index(side)]:
        side_graph(side, TITLES[side], explanation, drawn_view(width), None)


def drawn_view(width: float) -> View:
    """One side's drawing with no word selected."""
    return replace(view_of(BOTH.choices(), column_width(width)), selected=None)


def _figures(both: Pair, requests: tuple[Request, Request], frame: Frame) -> None:
    """Verdict, graphs and tables of two explanations."""
    notes, width = frame.messages, frame.width
    shown = shown_of(both, SELECTION, merged=BOTH.choices().merge)
    rows, comparison = shown.rows, shown.comparison
    for note in _drop_stale_word(shown):
        notes.info(note, icon=":material/link_off:")
    if LINKED.get().same:
        notes.info(SAME, icon=":material/content_copy:")
    if both[0].model.task != both[1].model.task:
        notes.info(DIFFERENT_QUESTIONS, icon=":material/info:")
    chosen = BOTH.choices()
    said = difference_summary(comparison, rows, chosen.level, chosen.share / 100)
    verdict(said)
    strongest_row(BOTH, [("First: ", both[0]), ("Second: ", both[1])])
    view, texts = drawn_view(width), (LINKED.get().first.text, LINKED.get().second.text)
    pair_graphs(shown, view, width, Titles((TITLES["first"], TITLES["second"]), texts))
    with _row_below():
        _word_field(shown)
        _view_menu(both[0])
        pair_save(shown, requests, side_views(shown, view), said)
    route_table(shown, chosen.level)
    numbers, shares = columns(width)
    with numbers:
        quantity_table(both, view, comparison)
    with shares:
        share_table(both, compare(*both))


def _row_below() -> DeltaGenerator:
    """The row under the graphs: what is shown of them, and what can be taken away."""
    return st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="pair_view_row"
    )


def _view_menu(explanation: Explanation) -> None:
    """How the graphs are found, read and drawn."""
    st.caption(found_by(explanation, BOTH.choices().level), width="stretch")
    how_to_read(
        HOW_TO_READ, words("influence", "pattern", "head", "skip connection", "node", "block")
    )
    with st.popover("View", icon=":material/visibility:", type="tertiary", key="view"):
        drawing_controls(BOTH)
        merge_field(BOTH)


def _word_field(shown: Shown) -> None:
    """The selected word and its counterpart, as the keyboard's twin of a click."""
    rows = shown.comparison.alignment
    withs = {route.tokens for route in shown.comparison.changes}
    options = [UNSET, *(number for number, tokens in enumerate(rows) if tokens in withs)]
    tokens = shown.selected()

    names = [token_name(tokens, shown.rows) for tokens in rows]

    def name(row: int | str) -> str:
        if row == UNSET:
            return "all words"
        said = names[int(row)]
        # A word may stand alone on either side, each time without its like.
        return f"{said}, row {row}" if names.count(said) > 1 else said

    st.selectbox(
        "Word",
        width=200,
        label_visibility="collapsed",
        format_func=name,
        help="Or click a word, a node or an edge in a graph, or a row of the table.",
        **BOTH.show_option(
            "row",
            options,
            rows.index(tokens) if tokens in withs else None,
            lambda row: shown.select(None if row is None else rows[row]),
        ),
    )


def _drop_stale_word(shown: Shown) -> tuple[str, ...]:
    """Drop a selected word that neither sentence has; the note, until something else is chosen."""
    pair = LINKED.get()
    word = pair.second.word if pair.first.word is None else pair.first.word
    new = []
    if word is not None and shown.selected() is None:
        shown.select(None)
        new.append(f"Token {word} is not in the sentence: all words are shown.")
    return standing_notes(NOTED, LINKED.get(), tuple(new))
