"""How a figure of a task stands on the page."""

from __future__ import annotations

import streamlit as st

from explainer.app.widgets.frame.viewport import is_dark
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.canvas.scene import Scene


def task_chart(key: str, scene: Scene, alt: str) -> None:
    """The scene as a figure that `alt` describes."""
    st.plotly_chart(
        to_figure(scene, palette(is_dark())), key=f"task_{key}", theme=None, config=CONFIG, alt=alt
    )
