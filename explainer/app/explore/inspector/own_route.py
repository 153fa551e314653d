"""A route of one's own: its nodes and components, and the exact influence it carries."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app.compute import Request
from explainer.app.compute.explore import route_influence
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.state.linked import chooses_nothing
from explainer.app.state.noted import standing_notes
from explainer.app.state.place import read_component
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent, signed
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import clean
from explainer.influence.measure import Measured
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component, Route

ANY = "all heads and skip"
OWNER = "own_route_of"
MISFIT = "own_route_misfit"
"""Where the session keeps whose route of the link did not fit."""
DOES_NOT_FIT = "The link's own route does not fit this model and sentence: the found one is shown."


@dataclass(frozen=True)
class Draft:
    """Positions at H[1] … H[L], and what carries each step; None leaves everything open.

    No `Route`: while somebody changes it cell by cell, skip may stand where the position changes.
    """

    nodes: tuple[int, ...]
    components: tuple[Component | None, ...]

    def written(self) -> str:
        """The draft in a link: `2,7;skip,4`, with `any` for None."""
        names = ("any" if component is None else str(component) for component in self.components)
        return f"{','.join(map(str, self.nodes))};{','.join(names)}"

    def route(self, source: int) -> Route:
        """The route from the word at `source`; raises ExplainerError for what is none."""
        return Route((source, *self.nodes), self.components)


def read_draft(text: str, layers: int) -> Draft:
    """The inverse of `written`; raises ValueError for what is no draft for `layers` blocks."""
    nodes, components = (part.split(",") for part in text.split(";"))
    if len(nodes) != layers or len(components) != layers:
        raise ValueError(text)
    return Draft(tuple(map(int, nodes)), tuple(map(read_component, components)))


def own_route(explanation: Explanation, request: Request, pattern: Pattern) -> None:
    """The editor, which starts from the pattern that was found, and what the route carries."""
    owner = (request, pattern.source)
    if st.session_state.get(OWNER, owner) != owner:
        EDITOR.change(own=None)  # it was another word's
    st.session_state[OWNER] = owner
    drawn = LINKED.get().own is not None
    box = st.expander("Draw your own route", drawn, key="own_route", on_change=chooses_nothing)
    if box.open or drawn:
        with box:
            _drawn(explanation, request, pattern)
    for note in standing_notes(MISFIT, (*owner, LINKED.get().own), ()):
        st.info(note)


def _drawn(explanation: Explanation, request: Request, pattern: Pattern) -> None:
    """The table of steps, and what the route in it carries."""
    st.caption(
        f"Where does the influence of “{plain(clean(pattern.token))}” go at each block, and "
        "by what? Start from the pattern that was found and change cells."
    )
    draft = _edited(explanation, request, pattern)
    found = Draft(pattern.nodes[1:], pattern.components)
    EDITOR.change(own=None if draft == found else draft.written())
    if draft == found:
        st.markdown(plain(_found(pattern)))
        return
    try:
        measured = route_influence(request, draft.route(pattern.source))
    except ExplainerError as error:
        show_error(error)
        return
    st.markdown(plain(_own(pattern, measured)))


def _edited(explanation: Explanation, request: Request, pattern: Pattern) -> Draft:
    """The table of steps as it is now."""
    tokens = [wording.name(explanation, place) for place in range(len(explanation.tokens))]
    heads = [f"head {number}" for number in range(explanation.model.heads)]
    carriers: dict[str, Component | None] = {ANY: None, "skip": SKIP}
    carriers |= {name: number for number, name in enumerate(heads)}
    names = {component: name for name, component in carriers.items()}
    # The table keeps its own edits, so what it starts from must stay the same for a word.
    key = f"own_route_{hash((request, pattern.source))}"
    if key + "_start" not in st.session_state:
        st.session_state[key + "_start"] = _start(explanation, request, pattern)
    start: Draft = st.session_state[key + "_start"]
    frame = pd.DataFrame(
        {
            "block": range(len(start.nodes)),
            "to": [tokens[node] for node in start.nodes],
            "by": [names[component] for component in start.components],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        height="content",
        width=520,
        disabled=["block"],
        column_config={
            "block": st.column_config.NumberColumn("block", width=60),
            "to": st.column_config.SelectboxColumn("to", options=tokens, required=True, width=200),
            "by": st.column_config.SelectboxColumn(
                "by", options=list(carriers), required=True, width=200
            ),
        },
    )
    return Draft(
        tuple(tokens.index(name) for name in edited["to"]),
        tuple(carriers[name] for name in edited["by"]),
    )


def _start(explanation: Explanation, request: Request, pattern: Pattern) -> Draft:
    """The link's draft where it fits the model and sentence, with a note where it does not."""
    found = Draft(pattern.nodes[1:], pattern.components)
    asked = LINKED.get().own
    if asked is None:
        return found
    try:
        draft = read_draft(asked, explanation.model.layers)
    except ValueError:
        draft = None
    fits = draft is not None and all(
        0 <= node < len(explanation.tokens)
        and (component in (None, SKIP) or 0 <= int(component or 0) < explanation.model.heads)
        for node, component in zip(draft.nodes, draft.components, strict=True)
    )
    if draft is None or not fits:
        standing_notes(MISFIT, (request, pattern.source, None), (DOES_NOT_FIT,))
        return found
    return draft


def _found(pattern: Pattern) -> str:
    carried = _carried(pattern, pattern.attention_influence)
    return (
        f"This is the pattern that was found: it carries {carried} of “{clean(pattern.token)}”'s "
        "influence."
    )


def _own(pattern: Pattern, measured: Measured) -> str:
    return (
        f"Your route carries {_carried(pattern, measured.influence)} of the "
        f"{signed(pattern.influence, 3)} that “{clean(pattern.token)}” has; the pattern that was "
        f"found carries {_carried(pattern, pattern.attention_influence)}."
    )


def _carried(pattern: Pattern, influence: float) -> str:
    return f"{signed(influence, 3)} ({percent(influence / pattern.influence)})"
