"""The compare page's choices in the session, and the editors of each side and of both."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from explainer.app.compare.choices import Pair, pair_from_query
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.explored import EXPLORED
from explainer.app.state.linked import Linked
from explainer.app.widgets.pair.graphs import SIDES, Side
from explainer.app.widgets.pair.rows import Selection

BEGINS = "pair_begins"
"""Set where the first sentence is the explored one, and the second is still to be made from it."""
TITLES: dict[Side, str] = {"first": "First", "second": "Second"}


def _read(query: Mapping[str, str]) -> tuple[Pair, tuple[str, ...]]:
    """A link's pair; without one the explore page's sentence is what a person comes from."""
    pair, notes = pair_from_query(query, EXPLORED.last())
    st.session_state[BEGINS] = not query and pair.same
    return pair, notes


LINKED = Linked("pair", _read)


def _editor(side: Side) -> Editor[Choices]:
    def get() -> Choices:
        chosen: Choices = getattr(LINKED.get(), side)
        return chosen

    def put(chosen: Choices) -> None:
        LINKED.put(LINKED.get().with_side(side, chosen))

    return Editor(f"compare_{side}", get, put)


EDITORS: dict[Side, Editor[Choices]] = {side: _editor(side) for side in SIDES}
BOTH = Editor(
    "compare",
    lambda: LINKED.get().first,
    lambda chosen: LINKED.put(LINKED.get().with_shared(chosen)),
)
SELECTION = Selection(
    lambda: (LINKED.get().first.word, LINKED.get().second.word),
    lambda first, second: LINKED.put(LINKED.get().selecting(first, second)),
)
"""The word that is followed on both sides."""
