"""The graph on the page: drawn for the page's width and theme, and what a click on it selects."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from explainer.app.compute.calls import Request
from explainer.app.explore import state
from explainer.app.explore.rows import Rows
from explainer.app.explore.selection import after_click
from explainer.app.state.choices import Choices
from explainer.figures import View
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import view_summary

CHART = "pattern_graph"


def view_of(chosen: Choices, width: float) -> View:
    """The drawing that the choices ask for."""
    return View(
        level=chosen.level,
        minimum_share=chosen.share / 100,
        overlay=chosen.overlay,
        selected=chosen.word,
        place=chosen.at,
        merge_pieces=chosen.merge,
        hide_special=not chosen.special,
        dark=is_dark(),
        width=width,
    )


def is_dark() -> bool:
    """Whether the page is shown in its dark theme."""
    return st.context.theme.type == "dark"


def graph(rows: Rows, request: Request, view: View) -> None:
    """The pattern graph; a click on a word, node or step selects it, a second one nothing."""
    st.plotly_chart(
        _figure(request, view, rows),
        key=CHART,
        theme=None,
        on_select=partial(_clicked, rows),
        selection_mode="points",
        config=CONFIG,
        alt=view_summary(rows.tokens, view),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(request: Request, view: View, _rows: Rows) -> Any:  # noqa: ARG001
    """The figure of the request's explanation, made once; it is only read."""
    return to_figure(lay_out(_rows.shown, _rows.view(view)), view.colours)


def _clicked(rows: Rows) -> None:
    points = st.session_state[CHART]["selection"]["points"]
    before = state.choices()
    state.put(rows.outside(before, after_click(rows.shown, rows.inside(before), points)))


def clicked_word(points: list[dict[str, Any]], selected: int | None) -> int | None:
    """The source word to select after a click on `points`: another one, or none for the same."""
    for point in points:
        _, word, *_ = point.get("customdata") or (None, None)
        if word is not None:
            return None if word == selected else int(word)
    return selected
