"""What a page has to say to the person: notes about the link, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app.compute.waiting import CancelledError
from explainer.app.widgets.markdown import plain
from explainer.base.errors import TextMissingError


def show_notes(place: DeltaGenerator, notes: Sequence[str]) -> None:
    """What could not be used of a link, as one message with a line for each."""
    if notes:
        place.info("  \n".join(plain(note) for note in notes), icon=":material/link_off:")


def show_error(
    error: ExplainerError | str, place: DeltaGenerator | None = None, owner: str = ""
) -> None:
    """What is wrong, at this place or (None) where the page has come to.

    What a person has cancelled is no mistake, and can be started again; `owner` tells apart who
    asks the same on one page.
    """
    said = plain(error if isinstance(error, str) else error.on_page)
    where = st if place is None else place
    if isinstance(error, TextMissingError):  # no mistake: it is still to be typed
        where.info(said, icon=":material/edit:")
        return
    if not isinstance(error, CancelledError):
        where.error(said, icon=":material/error:")
        return
    box = where.container(key=f"cancelled_{owner}_{error.name}")
    box.info(said, icon=":material/cancel:")
    box.button(
        "Start again",
        icon=":material/replay:",
        key=f"resume_{owner}_{error.name}",
        on_click=error.resume,
    )
