"""What takes the place of what is cut out of the model, and how little left is to be read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.intervention.filling import REPLACEMENTS, Replacement
from explainer.results.route import Level

REPLACEMENT_NAMES: dict[Replacement, str] = {
    "mean": "its mean over other sentences",
    "baseline": "its value for the baseline",
    "zero": "zero (off the data)",
}
WITHOUT: dict[Level, str] = {
    "embedding": (
        "Every path begins at its word, so without its nodes the words are gone, whatever way it "
        "takes: little left says nothing for the way."
    ),
    "attention": (
        "A cut skip connection stops whatever comes that way, so any cut with many of them leaves "
        "little. What the choice of heads is worth shows where the patterns’ heads are cut alone, "
        "beside as many others."
    ),
}
"""What to know where little is left without paths."""


def replacement_field(
    on: Editor[Choices], known: Sequence[Replacement] = REPLACEMENTS
) -> Replacement:
    """What takes the place of what is cut: the choice, or the first known where it is not."""
    asked = on.choices().replacement
    chosen = asked if asked in known else known[0]
    st.selectbox(
        "What is cut becomes",
        width=230,
        format_func=REPLACEMENT_NAMES.__getitem__,
        **on.show_option("replacement", known, chosen, lambda new: on.change(replacement=new)),
    )
    return chosen
