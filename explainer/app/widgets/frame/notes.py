"""What a page has to say to the person: notes about the link, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.widgets.markdown import plain


def show_notes(place: DeltaGenerator, notes: Sequence[str]) -> None:
    """What could not be used of a link, as one message with a line for each."""
    if notes:
        place.info("  \n".join(plain(note) for note in notes), icon=":material/link_off:")


def show_error(error: ExplainerError | str, place: DeltaGenerator | None = None) -> None:
    """What is wrong, at this place or (None) where the page has come to."""
    said = plain(str(error))
    (st if place is None else place).error(said, icon=":material/error:")
