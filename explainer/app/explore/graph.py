"""The graph on the page, and what a click on it selects."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from explainer.app.compute import Request
from explainer.app.explore.rows import Rows
from explainer.app.explore.selection import after_click
from explainer.app.explore.state import LINKED
from explainer.app.work.kept import made_once
from explainer.figures import View
from explainer.figures.canvas.plotly import CONFIG, Finished
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.figures.patterns.ways.cut import Cut

CHART = "pattern_graph"


def graph(rows: Rows, request: Request, view: View, drawn: Drawn, *, waits: bool = False) -> None:
    """The pattern graph; a click on a word, node or step selects it, a second one nothing.

    One that `waits` stands there until what is cut is known, and takes no clicks.
    """
    said = drawn_summary(drawn)
    if drawn.cut is not None:
        said = f"{said} {drawn.cut.says(drawn.explanation)}"
    takes_clicks: dict[str, Any] = {
        "on_select": partial(_clicked, rows),
        "selection_mode": "points",
    }
    st.plotly_chart(
        _figure(request, view, drawn.cut, drawn),
        key=f"{CHART}_waits" if waits else CHART,
        theme=None,
        config=CONFIG,
        alt=said,
        **({} if waits else takes_clicks),
    )


@made_once
def _figure(request: Request, view: View, cut: Cut | None, _drawn: Drawn) -> Any:  # noqa: ARG001
    """The figure of the request's explanation, made once; it is only read."""
    return Finished(lay_out(_drawn), view.colours)


def _clicked(rows: Rows) -> None:
    points = st.session_state[CHART]["selection"]["points"]
    before = LINKED.get()
    LINKED.put(rows.outside(before, after_click(rows.shown, rows.inside(before), points)))
