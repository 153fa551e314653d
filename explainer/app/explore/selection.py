"""What is selected on the explore page: a word, and a node or a step that patterns pass.

Both narrow what is shown. Where they do not go together, what was chosen last stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.app.explore.rows import Rows
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET
from explainer.app.state.linked import chooses_nothing
from explainer.app.state.noted import standing_notes
from explainer.figures.canvas import wording
from explainer.figures.patterns.drawn import Drawn
from explainer.results.pattern import Pattern
from explainer.results.route import Edge, Level, Node, Place

NOTED = "explore_noted"
"""Where the session keeps the notes about what was dropped."""


def with_word(explanation: Explanation, chosen: Choices, word: int | None) -> Choices:
    """Another word selected; the place stays where the word's pattern passes it."""
    fits = word is None or chosen.at is None or _passes(explanation, word, chosen.at, chosen.level)
    return replace(chosen, word=word, at=chosen.at if fits else None)


def with_place(explanation: Explanation, chosen: Choices, place: Place | None) -> Choices:
    """Another node or step selected; the word stays where its pattern passes it."""
    word = chosen.word
    fits = place is None or word is None or _passes(explanation, word, place, chosen.level)
    return replace(chosen, at=place, word=word if fits else None)


def _passes(explanation: Explanation, word: int, place: Place, level: Level) -> bool:
    return any(p.source == word and p.passes(place, level) for p in explanation.patterns)


def after_click(
    explanation: Explanation, chosen: Choices, points: Sequence[dict[str, Any]]
) -> Choices:
    """The choices after a click on `points` of the graph; a second click selects nothing."""
    for point in points:
        data = point.get("customdata")
        if not data or data[1] is None:
            continue
        kind, word, layer, source, target, by = data
        if kind == "token" or (kind == "node" and layer == 0):
            return with_word(explanation, chosen, None if word == chosen.word else int(word))
        place = Edge(layer, source, target, by) if kind == "edge" else Node(layer, source)
        return with_place(explanation, chosen, None if place == chosen.at else place)
    return chosen


def drop_stale(rows: Rows) -> tuple[str, ...]:
    """Drop what is selected and is not there; one note for each, until something else is chosen."""
    before = LINKED.get()
    chosen = rows.inside(before)
    patterns = rows.shown.patterns
    notes = []
    if chosen.word is not None and chosen.word not in {p.source for p in patterns}:
        alone = chosen.word in rows.shown.not_followed
        why = "was not followed" if alone else "has no pattern in this sentence"
        notes.append(f"Token {before.word} {why}: all words are shown.")
        chosen = replace(chosen, word=None)
    if chosen.at is not None:
        words = {p.source for p in patterns if p.passes(chosen.at, chosen.level)}
        kind = "node" if isinstance(chosen.at, Node) else "step"
        if not words:
            notes.append(f"No pattern passes the selected {kind}: it is no longer selected.")
        elif chosen.word is not None and chosen.word not in words:
            notes.append(
                f"The selected word’s pattern does not pass the selected {kind}: only the word "
                "stays selected."
            )
        if not words or chosen.word not in {None, *words}:
            chosen = replace(chosen, at=None)
    after = rows.outside(before, chosen)
    if after != before:
        LINKED.put(after)
    return standing_notes(NOTED, after, tuple(notes))


def places(drawn: Sequence[Pattern], level: Level) -> tuple[Place, ...]:
    """The nodes and steps of the drawn patterns, from the words upwards."""
    steps = {edge for pattern in drawn for edge in pattern.edges(level)}
    nodes = {Node(*node) for pattern in drawn for node in list(enumerate(pattern.nodes))[1:]}
    found: list[Place] = [*steps, *nodes]
    return tuple(sorted(found, key=lambda p: (p.layer, len(p), p[1:3], str(p[-1]))))


def place_name(explanation: Explanation, place: Place | str) -> str:
    """A place for a list, its tokens called as everywhere."""
    if isinstance(place, str):
        return "anywhere"
    if isinstance(place, Node):
        return f"hidden state {place.layer}: {wording.name(explanation, place.position)}"
    start, end = (wording.name(explanation, at) for at in place[1:3])
    way = f"stays at {start}" if place.source == place.target else f"{start} → {end}"
    by = "" if place.component is None else f", {wording.carrier(place.component)}"
    return f"block {place.layer}: {way}{by}"


def choose_word(rows: Rows, word: int | None) -> None:
    """Select the word in a row."""
    before = LINKED.get()
    LINKED.put(rows.outside(before, with_word(rows.shown, rows.inside(before), word)))


def choose_place(rows: Rows, place: Place | None) -> None:
    """Select a node or a step between rows."""
    before = LINKED.get()
    LINKED.put(rows.outside(before, with_place(rows.shown, rows.inside(before), place)))


def select_popover(rows: Rows, drawn: Drawn) -> None:
    """The keyboard's twins of a click, behind a button: a word, and a node or step.

    Its lists are made when it is opened: what nobody looks at would make every click slower.
    """
    place = st.popover("Select", type="tertiary", key="select", on_change=chooses_nothing)
    if place.open:
        with place:
            _select_fields(rows, drawn)


def _select_fields(rows: Rows, drawn: Drawn) -> None:
    """The two lists."""
    view, shown = drawn.view, drawn.explanation
    words = [UNSET, *sorted({p.source for p in drawn.listed})]
    options: list[Place | str] = [UNSET, *places(drawn.patterns, view.level)]
    if view.place is not None and view.place not in options:
        options.insert(1, view.place)
    st.selectbox(
        "Word",
        width=300,
        format_func=lambda word: "all words" if word == UNSET else wording.name(shown, word),
        help="Or click a word in the graph, or a row of the table.",
        **EDITOR.show_option("word", words, view.selected, partial(choose_word, rows)),
    )
    st.selectbox(
        "Passing through",
        width=300,
        format_func=partial(place_name, shown),
        help="A node or a step: or click one in the graph.",
        **EDITOR.show_option("at", options, view.place, partial(choose_place, rows)),
    )


def show_all() -> None:
    """The way back to all words."""
    st.button(
        "Show all",
        icon=":material/close:",
        type="tertiary",
        key="show_all",
        on_click=lambda: LINKED.put(LINKED.get().unselected),
    )
