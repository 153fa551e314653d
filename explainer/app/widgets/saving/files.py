"""The result as a file: the picture for a paper, an interactive page, or the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.app.compute.calls import Request
from explainer.app.explore.rows import Rows
from explainer.app.explore.tables import pattern_frame
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.app.widgets.saving.snippet import snippet
from explainer.figures import View, pattern_html, pattern_svg
from explainer.figures.patterns.view import WIDTH


@dataclass(frozen=True)
class File:
    """A file to save: its label on the page, its name, its type, and how it is made."""

    label: str
    name: str
    mime: str
    make: Callable[[], str]


def save_popover(rows: Rows, view: View, request: Request) -> None:
    """What one explanation can be saved as, behind one button."""
    with save_button() as is_open:
        if is_open:
            _files(rows, view, request)


@contextmanager
def save_button() -> Iterator[bool]:
    """The place behind the button, and whether it is open: a picture is as large as its graph."""
    popover = st.popover("Save", icon=":material/download:", key="save", on_change="rerun")
    with popover:
        yield bool(popover.open)


def save_files(files: Iterable[File], code: str, language: str = "python") -> None:
    """Files, each made when it is asked for, and the page as code: Python, or a command."""
    for file in files:
        st.download_button(
            file.label,
            file.make,
            file_name=file.name,
            mime=file.mime,
            on_click="ignore",
            type="tertiary",
            key=f"save_{file.name}",
        )
    command = language == "bash"
    st.caption(f"The same from {'the command line' if command else 'Python'}")
    st.code(code, language=language, wrap_lines=True)


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
                lambda: pattern_html(explanation, **_options(replace(view, width=WIDTH))),
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
    return pattern_svg(_explanation, **_options(view))


def _options(view: View) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(View)}
