"""The explanation as files: the picture for a paper, an interactive page, the numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from explainer import Explanation
from explainer.app.compute import Request
from explainer.app.explore.rows import Rows
from explainer.app.explore.tables import pattern_frame
from explainer.app.widgets.saving.files import File, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View, pattern_html, pattern_svg
from explainer.figures.patterns.view import WIDTH


def save_popover(rows: Rows, view: View, request: Request) -> None:
    """What one explanation can be saved as, behind one button."""
    with save_button() as is_open:
        if is_open:
            _files(rows, view, request)


def _files(rows: Rows, view: View, request: Request) -> None:
    explanation = rows.tokens
    # A picture is for a paper: light, whatever the page is, and of one width.
    paper = replace(view, width=WIDTH, dark=False)
    picture_and_link(_svg(request, paper, explanation), "pattern")
    save_files(
        (
            File(
                "Picture (SVG)",
                "pattern.svg",
                "image/svg+xml",
                partial(_svg, request, paper, explanation),
            ),
            File(
                "Interactive page (HTML)",
                "pattern.html",
                "text/html",
                lambda: pattern_html(explanation, replace(view, width=WIDTH)),
            ),
            File(
                "Numbers (JSON)",
                "pattern.json",
                "application/json",
                lambda: explanation.to_json(indent=1),
            ),
            File(
                "Table of patterns (CSV)",
                "patterns.csv",
                "text/csv",
                lambda: pattern_frame(rows.shown, rows.view(view)).to_csv(index=False),
            ),
        ),
        snippet(request, view),
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _svg(request: Request, view: View, _explanation: Explanation) -> str:  # noqa: ARG001
    """The picture, made once for its file and the browser's PNG."""
    return pattern_svg(_explanation, view)
