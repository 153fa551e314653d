"""How the head of the selected step carries it: by its value, its key and its query."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.canvas.text import brief
from explainer.figures.charts.chart import STILL
from explainer.figures.charts.head_parts import WIDTH, parts_scene, says_parts
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge
from explainer.results.step import Step


def head_parts(explanation: Explanation, step: Step, width: float, *, dark: bool) -> None:
    """A small bar at most `width` px wide, a sentence and how to read it; nothing for a skip."""
    if step.parts is None:
        return
    said = says_parts(explanation, step.edge, step.parts)
    st.plotly_chart(
        _figure(step.edge, step.parts, min(WIDTH, width), dark),
        key="head_parts",
        theme=None,
        width="content",
        config=STILL,
        alt=said,
    )
    meaning = words("value, key and query", "attention")
    st.markdown(plain(said), help=f"{plain(_how_to_read(explanation, step))}\n\n{meaning}")


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(edge: Edge, parts: HeadParts, width: float, dark: bool) -> Any:
    """The bar's figure, made once; it is only read."""
    return to_figure(parts_scene(edge, parts, width=width, dark=dark), palette(dark))


def _how_to_read(explanation: Explanation, step: Step) -> str:
    edge = step.edge
    source, target = (brief(explanation.tokens[at]) for at in (edge.source, edge.target))
    itself = edge.source == edge.target
    looks = f" Query: “{source}” itself looks elsewhere." if itself else ""
    return (
        f"How to read it: influence comes to “{source}” as a change of what it says. Value: "
        f"{'the head passes the change on' if itself else f'“{target}” takes the change over'}. "
        f"Key: the change draws more attention to “{source}”, or less; either can be for the "
        f"answer or against it.{looks} What is left of the line is below 0."
    )
