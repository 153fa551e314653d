"""What a pattern graph shows: its controls, and the view that they ask for."""

from __future__ import annotations

import streamlit as st

from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.glossary import words
from explainer.figures import LEVELS, OVERLAYS, View

LEVEL_NAMES = {"attention": "Heads and skips", "embedding": "Nodes"}
OVERLAY_NAMES = {"none": "None", "skip": "Skip", "heads": "Heads", "both": "Both"}


def drawing_controls(on: Editor[Choices]) -> None:
    """Level, overlay and minimum share, for one graph or for several."""
    st.segmented_control(
        "Path through",
        LEVELS[::-1],
        required=True,
        format_func=LEVEL_NAMES.__getitem__,
        help=words("heads and skips", "nodes", "head", "skip connection"),
        **on.bound("level", "default"),
    )
    st.segmented_control(
        "All influence behind",
        OVERLAYS,
        required=True,
        format_func=OVERLAY_NAMES.__getitem__,
        help=f"Pale bands behind the lines.\n\n{words('total flow')}",
        **on.bound("overlay", "default"),
    )
    st.slider(
        "Hide words below",
        0,
        50,
        format="%d %%",
        width=180,
        help=words("share", "influence"),
        **on.bound("share"),
    )


def merge_field(on: Editor[Choices]) -> None:
    """Whether rows are words or their pieces."""
    st.toggle(
        "Merge word pieces",
        help="One row for each word: its bar and what flows are the exact sums over its "
        "pieces. Pieces that take the same way are drawn as one line, others side by side.",
        **on.bound("merge"),
    )


def view_of(chosen: Choices, width: float) -> View:
    """The drawing that the choices ask for."""
    return View(
        level=chosen.level,
        minimum_share=chosen.share / 100,
        overlay=chosen.overlay,
        selected=chosen.word,
        place=chosen.at,
        merge_pieces=chosen.merge,
        hide_special=not chosen.special,
        dark=is_dark(),
        width=width,
    )
