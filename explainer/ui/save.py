"""The result as a file: the picture for a paper, an interactive page, or the numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.figures import View, pattern_html, pattern_svg
from explainer.figures.view import WIDTH
from explainer.ui.compute import Request
from explainer.ui.picture import picture_and_link
from explainer.ui.rows import Rows
from explainer.ui.snippet import snippet
from explainer.ui.tables import pattern_frame


def save_popover(rows: Rows, view: View, request: Request) -> None:
    """Files behind one button, each made when it is asked for, and the page as Python."""
    popover = st.popover("Save", icon=":material/download:", key="save", on_change="rerun")
    if popover.open:  # the picture alone is as large as the graph
        with popover:
            _files(rows, view, request)


def _files(rows: Rows, view: View, request: Request) -> None:
    explanation = rows.tokens
    # A picture is for a paper: light, whatever the page is, and of one width.
    paper = replace(view, width=WIDTH, dark=False)
    picture_and_link(_svg(request, paper, explanation))
    files: tuple[tuple[str, str, str, Callable[[], str]], ...] = (
        (
            "Picture (SVG)",
            "pattern.svg",
            "image/svg+xml",
            partial(_svg, request, paper, explanation),
        ),
        (
            "Interactive page (HTML)",
            "pattern.html",
            "text/html",
            lambda: pattern_html(explanation, **_options(replace(view, width=WIDTH))),
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
            lambda: pattern_frame(rows.shown, rows.view(view)).to_csv(index=False),
        ),
    )
    for label, name, mime, make in files:
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
    st.code(snippet(request, view), language="python", wrap_lines=True)


@st.cache_data(max_entries=16, show_spinner=False)
def _svg(request: Request, view: View, _explanation: Explanation) -> str:  # noqa: ARG001
    """The picture, made once for its file and the browser's PNG."""
    return pattern_svg(_explanation, **_options(view))


def _options(view: View) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(View)}
