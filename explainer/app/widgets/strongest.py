"""Which words were followed, where a text has more than a page follows at once; and the others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explainer import Explanation
from explainer.app.compute.request import FIRST
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.base.numbers import counted


def strongest_row(on: Editor[Choices], found: Sequence[tuple[str, Explanation]]) -> None:
    """What was followed of each explanation, after what it is called, and the way to the rest.

    Nothing where no text has more words with influence than are followed at once.
    """
    notes = [f"{name}{note}" for name, e in found if (note := e.strongest_note or _all_followed(e))]
    if not notes:
        return
    asked = on.choices().all_words  # though what is shown may be the last answer before
    left = 0 if asked else sum(len(e.not_followed) for _, e in found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="strongest"):
        st.caption(" ".join(notes), width="content")
        st.button(
            f"Follow the other {left}" if left else f"Only the strongest {FIRST}",
            icon=":material/unfold_more:" if left else ":material/unfold_less:",
            type="tertiary",
            key="all_words",
            on_click=lambda: on.change(all_words=bool(left)),
        )


def _all_followed(explanation: Explanation) -> str | None:
    words = len({pattern.source for pattern in explanation.patterns})
    return f"All {counted(words, 'word')} were followed." if words > FIRST else None
