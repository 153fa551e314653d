"""The graphs of both sides, next to each other or one below the other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.app.compare.rows import Shown
from explainer.app.compare.state import BOTH, LINKED, SIDES, TITLES, Side
from explainer.app.widgets.answer import answer
from explainer.app.widgets.drawing import view_of
from explainer.app.widgets.frame.viewport import SIDE_BY_SIDE, column_width, columns
from explainer.app.widgets.markdown import plain
from explainer.figures import View, pattern_graph, summary
from explainer.figures.canvas.plotly import CONFIG
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.pairs.views import pair_views

NOWHERE = -1
"""Selects no word and fades all: the selected word is in the other sentence only."""


def pair_graphs(shown: Shown, width: float) -> None:
    """Both graphs on one scale."""
    both, alignment = shown.rows, shown.comparison.alignment
    views = pair_views(both, alignment, side_views(shown, width))
    answers = graphs = columns(width)
    if width >= SIDE_BY_SIDE:
        graphs = columns(width)  # in a row of their own: one answer may take a line more
    sides = zip(SIDES, answers, graphs, both, views, strict=True)
    for side, above, place, explanation, own in sides:
        with above.container(key=f"pair_{side}"):
            if width < SIDE_BY_SIDE:
                st.caption(f"{TITLES[side]}: {plain(getattr(LINKED.get(), side).text)}")
            answer(Drawn.of(explanation, own))
        with place:
            _graph(side, explanation, own, shown)


def side_views(shown: Shown, width: float) -> tuple[View, View]:
    """The drawing of each side's rows, with the selected one where it has it."""
    tokens = shown.selected()
    view = drawn_view(width)
    if tokens is None:
        return view, view
    first, second = (NOWHERE if p is None else p for p in (tokens.first, tokens.second))
    return replace(view, selected=first), replace(view, selected=second)


def lone_graph(side: Side, explanation: Explanation, width: float) -> None:
    """The graph of the side that has no problem, in its own place."""
    with columns(width)[SIDES.index(side)]:
        _graph(side, explanation, drawn_view(width), None)


def drawn_view(width: float) -> View:
    """One side's drawing with no word selected."""
    return replace(view_of(BOTH.choices(), column_width(width)), selected=None)


def _graph(side: Side, explanation: Explanation, view: View, shown: Shown | None) -> None:
    key = f"pair_graph_{side}"
    st.plotly_chart(
        pattern_graph(explanation, view),
        key=key,
        theme=None,
        on_select=partial(_clicked, side, key, view.selected, shown),
        selection_mode="points",
        config=CONFIG,
        alt=f"{TITLES[side]}: {_alt(explanation, view)}",
    )


def _alt(explanation: Explanation, view: View) -> str:
    if view.selected == NOWHERE:
        return "The selected word is in the other sentence only."
    return summary(explanation, view.level, view.selected)


def _clicked(side: Side, key: str, word: int | None, shown: Shown | None) -> None:
    if shown is None:
        return  # what is beside it is not known: nothing can be selected on both
    chosen = clicked_word(st.session_state[key]["selection"]["points"], word)
    rows = shown.comparison.alignment
    shown.select(next((r for r in rows if chosen is not None and getattr(r, side) == chosen), None))


def clicked_word(points: list[dict[str, Any]], selected: int | None) -> int | None:
    """The source word to select after a click on `points`: another one, or none for the same."""
    for point in points:
        _, word, *_ = point.get("customdata") or (None, None)
        if word is not None:
            return None if word == selected else int(word)
    return selected
