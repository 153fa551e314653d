"""Two texts word by word as files: the picture, an interactive page, the numbers, and as code."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explainer.app.compute import Request
from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.saving.files import File, picture_files, save_files
from explainer.app.widgets.saving.snippet import matrix_snippet
from explainer.figures import similarity_html, similarity_svg
from explainer.figures.similarity.view import WIDTH, Shown


def save_pairs(shown: Shown, request: Request) -> None:
    """What the matrix can be saved as, behind one button."""
    popover = st.popover(
        "Save",
        icon=":material/download:",
        type="tertiary",
        key="save_pairs",
        on_change=chooses_nothing,
    )
    if not popover.open:
        return
    matrix, view = shown.source, replace(shown.view, width=WIDTH)
    with popover:
        save_files(
            (
                # A picture is for a paper: light, whatever the page is.
                *picture_files(
                    "word-by-word", lambda: similarity_svg(matrix, replace(view, dark=False))
                ),
                File(
                    "Interactive page (HTML)",
                    "word-by-word.html",
                    "text/html",
                    lambda: similarity_html(matrix, view),
                ),
                File(
                    "Numbers (JSON)",
                    "word-by-word.json",
                    "application/json",
                    lambda: matrix.to_json(indent=1),
                ),
                File("Matrix (CSV)", "word-by-word.csv", "text/csv", shown.matrix.to_csv),
            ),
            matrix_snippet(request, view),
        )
