"""The graphs of both sides, next to each other or one below the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any, Literal

import streamlit as st

from explainer import Explanation
from explainer.app.widgets.answer import answer
from explainer.app.widgets.frame.viewport import SIDE_BY_SIDE, columns
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.pair.rows import Shown
from explainer.figures import View, pattern_graph, summary
from explainer.figures.canvas.plotly import CONFIG
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.pairs.views import Pair, answers_of, pair_views

Side = Literal["first", "second"]
SIDES: tuple[Side, Side] = ("first", "second")
NOWHERE = -1
"""Selects no word and fades all: the selected word is in the other sentence only."""


@dataclass(frozen=True)
class Titles:
    """What each side is called, and its sentence; whether that stands above its graph also where
    the two are next to each other. `below` is HTML for a line under it."""

    names: tuple[str, str]
    sentences: tuple[str, str]
    always: bool = False
    below: tuple[str, str] = ("", "")


def pair_graphs(shown: Shown, view: View, width: float, titles: Titles) -> None:
    """Both graphs on one scale, from a side's `view` with no word selected."""
    both, alignment = shown.rows, shown.comparison.alignment
    views = pair_views(both, alignment, side_views(shown, view))
    answers = graphs = columns(width)
    if width >= SIDE_BY_SIDE:
        graphs = columns(width)  # in a row of their own: one answer may take a line more
    heads = zip(titles.names, titles.sentences, titles.below, strict=True)
    sides = zip(SIDES, heads, answers, graphs, both, views, strict=True)
    for side, (name, sentence, below), above, place, explanation, own in sides:
        with above.container(key=f"pair_{side}"):
            if titles.always or width < SIDE_BY_SIDE:
                st.caption(f"{plain(name)}: {plain(sentence)}")
            if below:
                st.html(below)
            answer(Drawn.of(explanation, own))
        with place:
            side_graph(side, name, explanation, own, shown)


def side_views(shown: Shown, view: View) -> tuple[View, View]:
    """The drawing of each side's rows, with the selected one where it has it."""
    tokens = shown.selected()
    if tokens is None:
        return view, view
    first, second = (NOWHERE if p is None else p for p in (tokens.first, tokens.second))
    return replace(view, selected=first), replace(view, selected=second)


def side_graph(
    side: Side, name: str, explanation: Explanation, view: View, shown: Shown | None
) -> None:
    """The graph of a side; a click selects a word on both, where both are `shown`."""
    key = f"pair_graph_{side}"
    st.plotly_chart(
        pattern_graph(explanation, view),
        key=key,
        theme=None,
        on_select=partial(_clicked, side, key, view.selected, shown),
        selection_mode="points",
        config=CONFIG,
        alt=f"{name}: {_alt(explanation, view)}",
    )


def answer_colours(both: Pair) -> None:
    """Give each answer its colour on both sides, in what is written as in what is drawn."""
    rules = "".join(
        f":is(.st-key-contrast_{side}, .st-key-pair_{side}) {{ --ipe-for: var(--ipe-answer{yes});"
        f" --ipe-against: var(--ipe-answer{no}); }}\n"
        for side, (yes, no) in zip(SIDES, answers_of(both), strict=True)
        if (yes, no) != (0, 1)
    )
    if rules:
        st.html(f"<style>\n{rules}</style>")


def verdict(said: str) -> None:
    """What both say together, in a sentence."""
    st.html(f'<p class="ipe-verdict">{escape(said)}</p>')


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
