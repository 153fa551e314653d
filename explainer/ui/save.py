"""The result as a file: the picture for a paper, an interactive page, or the numbers."""

from __future__ import annotations

from dataclasses import asdict, replace

import streamlit as st

from explainer import Explanation
from explainer.figures import View, pattern_html, pattern_svg
from explainer.figures.view import WIDTH
from explainer.ui.compute import Request
from explainer.ui.rows import rows
from explainer.ui.snippet import snippet
from explainer.ui.tables import pattern_frame


def _csv(explanation: Explanation, view: View) -> str:
    shown = rows(explanation, view.merge_pieces)
    return pattern_frame(shown.shown, shown.view(view)).to_csv(index=False)


def save_popover(explanation: Explanation, view: View, request: Request) -> None:
    """Files behind one button, each made when it is asked for, and the page as Python."""
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
            (
                "Table of patterns (CSV)",
                "patterns.csv",
                "text/csv",
                lambda: _csv(explanation, view),
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
        st.caption("The same from Python")
        st.code(snippet(request), language="python", wrap_lines=True)
