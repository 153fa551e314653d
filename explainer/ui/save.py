"""The result as a file: the picture for a paper, an interactive page, or the numbers."""

from __future__ import annotations

from dataclasses import asdict, replace

import streamlit as st

from explainer import Explanation
from explainer.figures import View, pattern_html, pattern_svg
from explainer.figures.view import WIDTH


def save_popover(explanation: Explanation, view: View) -> None:
    """Download buttons behind one button; each file is only made when it is asked for."""
    paper = asdict(replace(view, width=WIDTH))
    with st.popover("Save", icon=":material/download:", key="save"):
        for label, name, mime, make in (
            (
                "Picture (SVG)",
                "pattern.svg",
                "image/svg+xml",
                lambda: pattern_svg(explanation, **paper),
            ),
            (
                "Interactive page (HTML)",
                "pattern.html",
                "text/html",
                lambda: pattern_html(explanation, **paper),
            ),
            (
                "Numbers (JSON)",
                "pattern.json",
                "application/json",
                lambda: explanation.to_json(indent=1),
            ),
        ):
            st.download_button(
                label,
                make,
                file_name=name,
                mime=mime,
                on_click="ignore",
                type="tertiary",
                key=f"save_{name}",
            )
