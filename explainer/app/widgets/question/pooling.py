"""What a page offers for an encoder without a head: to be used as a sentence encoder."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.pooled import SAYS, parts, pooled
from explainer.models.pooling import MODES, Mode


def offer_pooling(on: Editor[Choices], place: DeltaGenerator) -> None:
    """A button for each way to make one embedding of a text."""
    with place, st.container(horizontal=True, key=f"pool_{on.prefix}"):
        for mode in MODES:
            st.button(
                f"Compare two texts by {SAYS[mode]}",
                key=f"pool_{on.prefix}_{mode}",
                on_click=_pool,
                args=(on, mode),
            )


def pooling_field(on: Editor[Choices]) -> None:
    """The pooling of the model, where it has been chosen."""
    _, mode = parts(on.choices().model)
    if mode is not None:
        st.segmented_control(
            "One embedding of a text is made by",
            MODES,
            required=True,
            format_func=SAYS.__getitem__,
            **on.show("pooling", mode, lambda chosen: _pool(on, chosen), "default"),
        )


def _pool(on: Editor[Choices], mode: Mode) -> None:
    chosen = on.choices().unselected
    on.put(replace(chosen, model=pooled(chosen.model, mode)))
