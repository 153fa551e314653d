"""What is kept or removed, as both sections of the evaluate page choose it."""

from __future__ import annotations

import streamlit as st

from explainer.app.evaluate.state import INQUIRY, LINKED
from explainer.app.widgets.cuts import WITHOUT
from explainer.app.widgets.drawing import LEVEL_NAMES
from explainer.app.widgets.glossary import words
from explainer.evaluation.methods import MODES, SELECTIONS, Mode, Selection
from explainer.figures import LEVELS

WORDS_NAMES: dict[Selection, str] = {"all": "All", "positive": "Pulling towards the answer"}
MODE_NAMES: dict[Mode, str] = {"keep": "Keep", "remove": "Remove"}


def cut_controls() -> None:
    """Level, words and mode."""
    st.segmented_control(
        "Paths through",
        LEVELS[::-1],
        required=True,
        format_func=LEVEL_NAMES.__getitem__,
        help=words("nodes", "heads and skips", "ablation", "rival"),
        **INQUIRY.bound("level", "default"),
    )
    st.segmented_control(
        "Of the words",
        SELECTIONS,
        required=True,
        format_func=WORDS_NAMES.__getitem__,
        **INQUIRY.bound("words", "default"),
    )
    st.segmented_control(
        "What happens to them",
        MODES,
        required=True,
        format_func=MODE_NAMES.__getitem__,
        **INQUIRY.bound("mode", "default"),
    )


def how_to_read(said: str) -> None:
    """The words under a figure, and what the choices let it tell."""
    inquiry = LINKED.get()
    st.caption(f"{said} {WITHOUT[inquiry.level]}" if inquiry.mode == "remove" else said)
