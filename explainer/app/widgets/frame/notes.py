"""What could not be used of a link, in one place and not in a box for each."""

from __future__ import annotations

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator

from explainer.app.widgets.markdown import plain


def show_notes(place: DeltaGenerator, notes: Sequence[str]) -> None:
    """All notes as one message, a line for each."""
    if notes:
        place.info("  \n".join(plain(note) for note in notes), icon=":material/link_off:")
