"""The graph of many sentences on the page, and what a click on it selects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explainer import CommonDifference, CommonPattern, Edge
from explainer.app.corpus.state import LINKED, SURVEY
from explainer.app.widgets.frame.viewport import column_width, columns, is_dark
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import counted
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.common.graph import common_scene, one_scale
from explainer.figures.common.ribbons import Drawable
from explainer.figures.common.said import common_summary, difference_summary

CHART = "corpus_graph"


def graph(
    common: CommonPattern,
    width: float,
    share: int,
    *,
    selected: tuple[int, int, int] | None = None,
    waits: bool = False,
) -> None:
    """The graph; a click on a ribbon selects its step, a second one nothing. One that `waits`
    stands there while more is found, and takes no clicks."""
    takes_clicks: dict[str, Any] = {"on_select": _clicked, "selection_mode": "points"}
    st.plotly_chart(
        _figure(common, width, share, selected=selected),
        key=f"{CHART}_{common.sentences}" if waits else CHART,
        theme=None,
        config=CONFIG,
        alt=common_summary(common),
        **({} if waits else takes_clicks),
    )


def difference_graph(
    difference: CommonDifference, names: tuple[str, str], width: float, share: int
) -> float:
    """What differs, on the scale of both groups; the scale."""
    scale = one_scale([difference, difference.first, difference.second], share / 100)
    st.plotly_chart(
        _figure(difference, width, share, scale=scale),
        key=f"{CHART}_difference",
        theme=None,
        config=CONFIG,
        alt=difference_summary(difference, names),
    )
    return scale


def group_graphs(
    both: Sequence[CommonPattern],
    names: Sequence[str],
    width: float,
    share: int,
    scale: float | None,
) -> None:
    """The graphs of two groups, next to each other where there is room."""
    for place, common, name in zip(columns(width), both, names, strict=True):
        with place:
            st.markdown(f"**{plain(name)}**, {counted(common.sentences, 'sentence')}")
            st.plotly_chart(
                _figure(common, column_width(width), share, scale=scale),
                key=f"{CHART}_{name}",
                theme=None,
                config=CONFIG,
                alt=f"{name}: {common_summary(common)}",
            )


def _figure(
    common: Drawable,
    width: float,
    share: int,
    *,
    scale: float | None = None,
    selected: tuple[int, int, int] | None = None,
) -> Any:
    dark = is_dark()
    scene = common_scene(
        *(common,),
        width=max(300.0, width),
        threshold=share / 100,
        dark=dark,
        scale=scale,
        selected=selected,
    )
    return to_figure(scene, palette(dark))


def _clicked() -> None:
    points = st.session_state[CHART]["selection"]["points"]
    for point in points:
        data = point.get("customdata")
        if not data or data[0] != "edge":
            continue
        edge = Edge(int(data[2]), int(data[3]), int(data[4]), None)
        SURVEY.change(at=None if edge == LINKED.get().at else edge)
        return
