"""Two texts word by word and the ways of a pair as files: pictures, pages, numbers; and as code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from explainer import SimilarityPaths
from explainer.app.compute import Request
from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.saving.files import File, picture_files, save_files
from explainer.app.widgets.saving.snippet import matrix_snippet, paths_snippet
from explainer.figures import (
    View,
    similarity_html,
    similarity_paths_html,
    similarity_paths_svg,
    similarity_svg,
)
from explainer.figures.patterns.view import WIDTH as WAYS_WIDTH
from explainer.figures.similarity.view import WIDTH, Shown

HTML, JSON = "Interactive page (HTML)", "Numbers (JSON)"


def save_pairs(shown: Shown, request: Request) -> None:
    """What the matrix can be saved as, behind one button."""
    matrix, view = shown.source, replace(shown.view, width=WIDTH)

    def files() -> None:
        # A picture is for a paper: light, whatever the page is.
        picture = partial(similarity_svg, matrix, replace(view, dark=False))
        save_files(
            (
                *picture_files("word-by-word", picture),
                File(HTML, "word-by-word.html", "text/html", lambda: similarity_html(matrix, view)),
                File(
                    *(JSON, "word-by-word.json", "application/json"),
                    lambda: matrix.to_json(indent=1),
                ),
                File("Matrix (CSV)", "word-by-word.csv", "text/csv", shown.matrix.to_csv),
            ),
            matrix_snippet(request, view),
        )

    _behind("save_pairs", files)


def save_ways(paths: SimilarityPaths, request: Request, view: View) -> None:
    """What the ways of a pair can be saved as, behind one button."""
    wide = replace(view, width=WAYS_WIDTH)

    def files() -> None:
        picture = partial(similarity_paths_svg, paths, replace(wide, dark=False))
        save_files(
            (
                *picture_files("pair", picture),
                File(HTML, "pair.html", "text/html", lambda: similarity_paths_html(paths, wide)),
                File(JSON, "pair.json", "application/json", lambda: paths.to_json(indent=1)),
            ),
            paths_snippet(request, paths, view),
        )

    _behind("save_ways", files)


def _behind(key: str, files: Callable[[], None]) -> None:
    """A button, and behind it the files, made when it is opened."""
    popover = st.popover(
        "Save", icon=":material/download:", type="tertiary", key=key, on_change=chooses_nothing
    )
    if popover.open:
        with popover:
            files()
