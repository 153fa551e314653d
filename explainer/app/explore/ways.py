"""The ways of a chosen pair of words: a graph of each text, towards what the other's word adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from explainer import ExplainerError, SimilarityMatrix, SimilarityPaths
from explainer.app.compute import Request
from explainer.app.compute.explore import ways_between
from explainer.app.explore.save_pairs import save_ways
from explainer.app.explore.state import LINKED
from explainer.app.widgets.answer import answer
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.app.work.kept import made_once
from explainer.figures import View
from explainer.figures.canvas.plotly import CONFIG, Finished
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pairs.shared import both_drawn, paths_summary
from explainer.figures.patterns.summary import drawn_summary


def ways(request: Request, matrix: SimilarityMatrix, selected: tuple[int, int], view: View) -> None:
    """The graph of each text, with the way of the pair's word towards what the other adds."""
    sides, merged = (matrix.first, matrix.second), LINKED.get().merge
    tokens = [
        side.positions(side.rows[at]) if merged else (at,)
        for side, at in zip(sides, selected, strict=True)
    ]
    try:
        with st.spinner("Following the two words …"):
            asked = replace(request, words=None)
            paths = ways_between(asked, *tokens)
    except ExplainerError as error:
        show_error(error, owner="ways")
        return
    plainly = replace(view, selected=None, place=None, scores=None, overlay="none")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ways_row"):
        st.markdown(plain(paths_summary(paths)), width="content")
        save_ways(paths, asked, plainly)
    _graphs(request, paths, plainly)


def _graphs(request: Request, paths: SimilarityPaths, plainly: View) -> None:
    pair = paths.first_tokens, paths.second_tokens
    for which, one in zip(("first", "second"), both_drawn(paths, plainly), strict=True):
        towards = one.tokens.target.correct
        with st.container(key=f"ways_{which}"):
            st.markdown(
                f"**In the {which} text**, towards what “{plain(towards)}” of the other adds"
            )
            answer(one)
            st.plotly_chart(
                _way(request, pair, one.view, which, one),
                key=f"ways_{which}_chart",
                theme=None,
                config=CONFIG,
                alt=drawn_summary(one),
            )


@made_once
def _way(
    request: Request,  # noqa: ARG001
    pair: tuple[tuple[int, ...], tuple[int, ...]],  # noqa: ARG001
    view: View,
    which: str,  # noqa: ARG001
    _drawn: Drawn,
) -> Any:
    """The graph of one text for a pair, made once; it is only read."""
    return Finished(lay_out(_drawn), view.colours)
