"""A sentence encoder's two texts word by word: a matrix or links, and the ways of a chosen pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from explainer import ExplainerError, SimilarityMatrix
from explainer.app.compute import Request
from explainer.app.compute.explore import by_word, of_pairs
from explainer.app.explore.save_pairs import save_pairs
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.explore.ways import ways
from explainer.app.state.noted import standing_notes
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.viewport import GAP
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.app.work.kept import made_once
from explainer.figures import SimilarityView, View
from explainer.figures.canvas.plotly import CONFIG, Finished
from explainer.figures.canvas.scene import Scene
from explainer.figures.similarity.draw import scene_of
from explainer.figures.similarity.said import said_of, terms, token_name
from explainer.figures.similarity.view import Shown
from explainer.results.similarity.matrix import Pair
from explainer.results.similarity.side import Side
from explainer.results.target import COSINE

CHART, TABLE = "pairs_chart", "pairs_table"
NOTED = "pairs_noted"
"""Where the session keeps the note about a pair that was dropped."""
NAMES = {"matrix": "Matrix", "links": "Links", "none": "Hide"}
HOW_TO_READ = (
    "Each number says how much a word of one text and a word of the other add to the cosine "
    "together: above 0 where both move their texts in the same direction, away from the references "
    "(the baseline, such as a text of masks alone). Click a pair, or choose a row of the table, to "
    "see by which ways its words come to it."
)
ASKS = "Which word of the one text belongs to which of the other?"
FEW_ROWS = 6
TABLE_WIDTH = 320
"""px of the table of pairs; it stands beside the figure where there is room."""


def word_by_word(request: Request, view: View) -> None:
    """The section: a button, or what it has asked for. `view` is that of the graph above."""
    chosen = LINKED.get()
    with st.container(key="pairs"):
        if chosen.by_word == "none":
            st.button(
                "Compare word by word",
                icon=":material/grid_on:",
                type="tertiary",
                key="by_word",
                help=f"{ASKS} This takes longer than the explanation: each word of both texts is "
                f"followed by itself.\n\n{words('pair of words')}",
                on_click=partial(EDITOR.change, by_word="matrix"),
            )
            return
        try:
            with st.spinner("Comparing word by word …"):
                matrix = by_word(of_pairs(request))
        except ExplainerError as error:
            _head(None)
            show_error(error, owner="pairs")
            return
        selected = _selected(matrix)
        shown = Shown.of(matrix, _drawing(view, selected))
        _head(shown, request)
        scene = scene_of(shown)
        beside = scene.width + TABLE_WIDTH + GAP <= view.width
        if beside:
            left, right = st.columns((scene.width, view.width - scene.width), gap="medium")
            with left:
                _figure(request, shown, scene)
            with right:
                _table(shown)
        else:
            _figure(request, shown, scene)
        if selected is not None and shown.selected is not None:  # not where it is hidden
            ways(request, matrix, selected, view)
        if not beside:  # below the ways, which a click on the figure asks for
            _table(shown)


def _drawing(view: View, selected: tuple[int, int] | None) -> SimilarityView:
    """The drawing that the choices ask for."""
    chosen = LINKED.get()
    return SimilarityView(
        kind="links" if chosen.by_word == "links" else "matrix",
        merge_pieces=chosen.merge,
        hide_special=not chosen.special,
        selected=selected,
        dark=view.dark,
        width=view.width,
    )


def _selected(matrix: SimilarityMatrix) -> tuple[int, int] | None:
    """The pair that is chosen; one that the texts have not is dropped, and said to be."""
    chosen = LINKED.get()
    notes: tuple[str, ...] = ()
    if chosen.between is not None:
        sizes = len(matrix.first.tokens), len(matrix.second.tokens)
        if any(at >= size for at, size in zip(chosen.between, sizes, strict=True)):
            notes = ("The link’s pair of words is not in these texts: no pair is selected.",)
            LINKED.put(replace(chosen, between=None))
    for note in standing_notes(NOTED, LINKED.get(), notes):
        st.info(plain(note), icon=":material/link_off:")
    return LINKED.get().between


def _head(shown: Shown | None, request: Request | None = None) -> None:
    """What the section is, how it is shown, and what can be taken away."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pairs_row"):
        st.html('<h2 class="ipe-subject">Word by word</h2>', width="content")
        st.segmented_control(
            "Word by word as",
            tuple(NAMES),
            required=True,
            label_visibility="collapsed",
            format_func=NAMES.__getitem__,
            **EDITOR.bound("by_word", "default"),
        )
        if shown is not None and request is not None:
            save_pairs(shown, of_pairs(request))
    if shown is not None:
        st.caption(
            plain(terms(shown)), help=f"{HOW_TO_READ}\n\n{words('pair of words', 'baseline')}"
        )
        if warning := shown.matrix.gap_warning:
            st.caption(f":material/warning: {plain(warning)}")


def _figure(request: Request, shown: Shown, scene: Scene) -> None:
    """The matrix or the links; a click on a pair selects it, a second one nothing."""
    with st.container(key="pairs_figure"):
        # Streamlit makes no figure wider than its place, but this one can be scrolled.
        wide = f"{scene.width:.0f}px" if scene.width > shown.view.width else "0"
        st.html(f"<style>:root {{ --ipe-matrix: {wide}; }}</style><i></i>")
        st.plotly_chart(
            _drawn(request, shown.view, scene),
            key=CHART,
            width="content",
            theme=None,
            config=CONFIG,
            alt=said_of(shown),
            on_select=partial(_clicked, shown),
            selection_mode="points",
        )


@made_once
def _drawn(request: Request, view: SimilarityView, _scene: Scene) -> Any:  # noqa: ARG001
    """The figure, made once; it is only read."""
    return Finished(_scene, view.colours)


def _clicked(shown: Shown) -> None:
    points = st.session_state[CHART]["selection"]["points"]
    pairs = [point["customdata"][3:5] for point in points if point.get("customdata")]
    if pairs:
        first, second = pairs[0]
        _choose(shown, (int(first), int(second)))


def _choose(shown: Shown, pair: tuple[int, int] | None) -> None:
    """Select the pair in a row and a column, by the first token of each; the same again selects
    nothing."""
    if pair is not None and pair == shown.selected:
        pair = None
    EDITOR.change(between=None if pair is None else _tokens_of(shown, pair))


def _tokens_of(shown: Shown, pair: tuple[int, int]) -> tuple[int, int]:
    """The first tokens of the words in a row and a column."""
    if not shown.view.merge_pieces:
        return pair
    first, second = (
        side.rows.index(row) for side, row in zip(_sides(shown.source), pair, strict=True)
    )
    return first, second


def _sides(matrix: SimilarityMatrix) -> tuple[Side, Side]:
    return matrix.first, matrix.second


def pair_frame(shown: Shown, pairs: Sequence[Pair]) -> pd.DataFrame:
    """One row for each pair: both words, and what they add in cosine."""
    first, second = _sides(shown.matrix)
    return pd.DataFrame(
        {
            "first text": [token_name(first, pair.first) for pair in pairs],
            "second text": [token_name(second, pair.second) for pair in pairs],
            "adds": [pair.score for pair in pairs],
        }
    )


def _table(shown: Shown) -> None:
    """All pairs, the strongest first; choosing a row selects its pair."""
    pairs = sorted(shown.pairs, key=lambda pair: -abs(pair.score))
    key = f"{TABLE}_{shown.selected}"
    places = [pair[:2] for pair in pairs]

    def chosen() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        found = pairs[picked[0]][:2] if picked and picked[0] < len(pairs) else shown.selected
        _choose(shown, found)

    st.dataframe(
        pair_frame(shown, pairs),
        key=key,
        hide_index=True,
        width=TABLE_WIDTH,
        on_select=chosen,
        selection_mode="single-row",
        selection_default={
            "selection": {
                "rows": [places.index(shown.selected)] if shown.selected in places else []
            }
        },
        height="content" if len(pairs) <= FEW_ROWS else 248,
        column_config={
            "adds": st.column_config.NumberColumn(f"adds (in {COSINE})", format="%+.3f")
        },
    )
