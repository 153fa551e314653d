"""What a page offers where a text is too long for the model: a part of it, and the whole again."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute.request import pair_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.question.kept import WORDS, type_text
from explainer.question.kept import Kept
from explainer.question.shorten import offers, shorten

OFFERED: dict[Kept, str] = {
    "window": "Keep what is around the mask",
    "start": "Keep the start",
    "end": "Keep the end",
}


def offer_parts(on: Editor[Choices], place: DeltaGenerator) -> None:
    """A button for each part of the text that the model can read."""
    chosen = on.choices()
    try:
        loaded = compute.model(chosen.model)
        parts = offers(loaded, chosen.text, pair_for(chosen, loaded.info.task))
    except ExplainerError:
        return  # a model that has gone since: the page says so
    with place, st.container(horizontal=True, key=f"shorten_{on.prefix}"):
        for keep in parts:
            st.button(
                OFFERED[keep], key=f"shorten_{on.prefix}_{keep}", on_click=_keep, args=(on, keep)
            )


def say_shortened(on: Editor[Choices], place: DeltaGenerator) -> None:
    """That a part of the text was kept, and what brings the whole back; nothing is lost of it."""
    whole = _whole(on)
    if whole is None:
        return
    with place, st.container(horizontal=True, vertical_alignment="center", key=f"part_{on.prefix}"):
        st.info(
            f"A part of the text is read: {len(on.choices().text.split()):,} of "
            f"{len(whole.split()):,} words.",
            icon=":material/content_cut:",
            width="stretch",
        )
        st.button("Whole text again", key=f"whole_{on.prefix}", on_click=_back, args=(on, whole))


def _keep(on: Editor[Choices], keep: Kept) -> None:
    chosen = on.choices()
    whole = chosen.text
    try:
        loaded = compute.model(chosen.model)
        part = shorten(loaded, whole, keep, pair=pair_for(chosen, loaded.info.task))
    except ExplainerError:
        return  # a model that has gone since: the page says so
    st.session_state[_kept(on)] = (part, whole)
    type_text(on, part, keep=WORDS)


def _back(on: Editor[Choices], whole: str) -> None:
    st.session_state.pop(_kept(on), None)
    type_text(on, whole, keep=WORDS)


def _whole(on: Editor[Choices]) -> str | None:
    """The text of which a part is what is asked now."""
    part, whole = st.session_state.get(_kept(on), (None, None))
    return whole if part == on.choices().text else None


def _kept(on: Editor[Choices]) -> str:
    return f"{on.prefix}_kept_part"
