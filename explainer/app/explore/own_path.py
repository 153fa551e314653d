"""A path of one's own: nodes and components step by step, and the exact influence it carries."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app.compute import Request
from explainer.app.compute.explore import path_influence
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.state.place import read_component
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent, signed
from explainer.figures.canvas.text import clean
from explainer.influence.measure import Measured
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Component

ANY = "all heads and skip"
OWNER = "own_path_of"


@dataclass(frozen=True)
class OwnPath:
    """Positions at H[1] … H[L], and what carries each step; None leaves everything open."""

    nodes: tuple[int, ...]
    components: tuple[Component | None, ...]

    def written(self) -> str:
        """The path in a link: `2,7;skip,4`, with `any` for None."""
        names = ("any" if component is None else str(component) for component in self.components)
        return f"{','.join(map(str, self.nodes))};{','.join(names)}"


def read_own_path(text: str, layers: int) -> OwnPath:
    """The inverse of `written`; raises ValueError for what is no path through `layers` blocks."""
    nodes, components = (part.split(",") for part in text.split(";"))
    if len(nodes) != layers or len(components) != layers:
        raise ValueError(text)
    return OwnPath(tuple(map(int, nodes)), tuple(map(read_component, components)))


def own_path(explanation: Explanation, request: Request, pattern: Pattern) -> None:
    """The editor, which starts from the pattern that was found, and what the path carries."""
    owner = (request, pattern.source)
    if st.session_state.get(OWNER, owner) != owner:
        EDITOR.change(own=None)  # it was another word's
    st.session_state[OWNER] = owner
    with st.expander("Draw your own path", expanded=LINKED.get().own is not None):
        st.caption(
            f"Where does the influence of “{plain(clean(pattern.token))}” go at each block, and "
            "by what? Start from the pattern that was found and change cells."
        )
        path = _edited(explanation, request, pattern)
        found = OwnPath(pattern.nodes[1:], pattern.components)
        EDITOR.change(own=None if path == found else path.written())
        if path == found:
            st.markdown(plain(_found(pattern)))
            return
        try:
            measured = path_influence(request, (pattern.source, *path.nodes), path.components)
        except ExplainerError as error:
            show_error(error)
            return
        st.markdown(plain(_own(pattern, measured)))


def _edited(explanation: Explanation, request: Request, pattern: Pattern) -> OwnPath:
    """The table of steps as it is now."""
    tokens = [f"{clean(token)} ({place})" for place, token in enumerate(explanation.tokens)]
    heads = [f"head {number}" for number in range(explanation.model.heads)]
    carriers: dict[str, Component | None] = {ANY: None, "skip": SKIP}
    carriers |= {name: number for number, name in enumerate(heads)}
    names = {component: name for name, component in carriers.items()}
    # The table keeps its own edits, so what it starts from must stay the same for a word.
    key = f"own_path_{hash((request, pattern.source))}"
    if key + "_start" not in st.session_state:
        st.session_state[key + "_start"] = _start(explanation, pattern)
    start: OwnPath = st.session_state[key + "_start"]
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
    return OwnPath(
        tuple(tokens.index(name) for name in edited["to"]),
        tuple(carriers[name] for name in edited["by"]),
    )


def _start(explanation: Explanation, pattern: Pattern) -> OwnPath:
    """The link's path where it fits the model and sentence, with a note where it does not."""
    found = OwnPath(pattern.nodes[1:], pattern.components)
    asked = LINKED.get().own
    if asked is None:
        return found
    try:
        path = read_own_path(asked, explanation.model.layers)
    except ValueError:
        path = None
    fits = path is not None and all(
        0 <= node < len(explanation.tokens)
        and (component in (None, SKIP) or 0 <= int(component or 0) < explanation.model.heads)
        for node, component in zip(path.nodes, path.components, strict=True)
    )
    if path is None or not fits:
        st.info("The link's own path does not fit this model and sentence: the found one is shown.")
        return found
    return path


def _found(pattern: Pattern) -> str:
    carried = _carried(pattern, pattern.attention_influence)
    return (
        f"This is the pattern that was found: it carries {carried} of “{clean(pattern.token)}”'s "
        "influence."
    )


def _own(pattern: Pattern, measured: Measured) -> str:
    return (
        f"Your path carries {_carried(pattern, measured.influence)} of the "
        f"{signed(pattern.influence, 3)} that “{clean(pattern.token)}” has; the pattern that was "
        f"found carries {_carried(pattern, pattern.attention_influence)}."
    )


def _carried(pattern: Pattern, influence: float) -> str:
    return f"{signed(influence, 3)} ({percent(influence / pattern.influence)})"
