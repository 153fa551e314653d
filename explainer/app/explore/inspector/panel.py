"""What is selected, in detail: what carries it, where that looks, what it beat, what a cut does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape

import streamlit as st

from explainer import ExplainerError, Explanation, Prediction
from explainer.app.compute import Request
from explainer.app.explore.inspector.attention import attention_of
from explainer.app.explore.inspector.beaten import beaten
from explainer.app.explore.inspector.head_parts import head_parts
from explainer.app.explore.inspector.own_route import own_route
from explainer.app.explore.inspector.stability import stability_of
from explainer.app.explore.inspector.subject import Subject, subject
from explainer.app.explore.inspector.what_if import step_name, what_if
from explainer.app.explore.rows import Rows
from explainer.app.explore.selection import select_popover, show_all
from explainer.app.explore.state import EDITOR
from explainer.app.explore.tables import passing_table
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.markdown import plain, unbroken
from explainer.base.numbers import amount, counted, percent, signed
from explainer.figures import View
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import clean
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.ways.cut import Cut
from explainer.results.pattern import Pattern
from explainer.results.route import Edge, Node
from explainer.results.step import Step, step_of

UNSELECTED = "Strongest step of the strongest word. Click in the graph for others."


def inspector(
    rows: Rows,
    request: Request,
    predicted: tuple[Prediction, ...],
    view: View,
    drawn: Drawn,
) -> Cut | None:
    """Everything about what `view` selects, in tokens; what has been cut, if anything."""
    explanation = rows.tokens
    found = subject(rows, view, drawn)
    _head(rows, drawn, found)
    if found.pattern is not None:
        _piece_choice(rows, found.pattern)
        assert found.edge is not None
        _step_choice(found.pattern, found.edge)
    step = None
    if found.edge is not None:
        taking = found.passing if found.pattern is None else (found.pattern,)
        step = step_of(found.edge, taking)
        st.markdown(plain(says_step(explanation, step)))
        head_parts(explanation, step)
    cut = None
    with _said():
        cut = what_if(explanation, request, predicted, found.place, drawn.of_tokens)
    if found.pattern is not None:
        with _said():
            stability_of(request, found.pattern, view.level)
    if step is not None:
        with _said():
            attention_of(explanation, request, step)
        beaten(explanation.settings.search, step, explanation.target.unit)
    if view.place is not None:
        passing_table(rows, drawn)
    if found.pattern is not None:
        own_route(explanation, request, found.pattern)
    return cut


@contextmanager
def _said() -> Iterator[None]:
    """Say what cannot be computed, and go on: too many others ask, or the model has gone."""
    try:
        yield
    except ExplainerError as error:
        show_error(error)


def _head(rows: Rows, drawn: Drawn, found: Subject) -> None:
    """What is looked into, by name, and the way to something else."""
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall", key="subject_row"):
        title, about = _titles(rows.tokens, found)
        st.html(f'<h2 class="ipe-subject">{escape(title)}</h2><p>{escape(about)}</p>')
        select_popover(rows, drawn)
        if found.selected:
            show_all()
    if not found.selected:
        st.caption(UNSELECTED)


def _titles(explanation: Explanation, found: Subject) -> tuple[str, str]:
    """The subject's name, and where it leads."""
    place = found.place
    if isinstance(place, Node):
        return f"“{wording.name(explanation, place.position)}” at {wording.column(place.layer)}", ""
    start, end = (f"“{wording.name(explanation, at)}”" for at in (place.source, place.target))
    way = f"{start} stays" if place.source == place.target else f"{start} → {end}"
    whose = ""
    if found.pattern is not None and place.source != found.pattern.source:
        whose = f", on the way of “{wording.name(explanation, found.pattern.source)}”"
    return f"Block {place.layer}, {wording.component(place.component)}", way + whose


def _piece_choice(rows: Rows, pattern: Pattern) -> None:
    """Which piece of a merged word is looked into, where it has several."""
    pieces = rows.pieces(pattern.source)
    if len(pieces) < 2:
        return
    st.segmented_control(
        "Piece of the word that is looked into: every piece has a way of its own",
        pieces,
        required=True,
        format_func=lambda piece: plain(wording.name(rows.tokens, piece)),
        **EDITOR.show("piece", pattern.source, _choose_piece, "default"),
    )


def _choose_piece(piece: int) -> None:
    EDITOR.change(word=piece)


def _step_choice(pattern: Pattern, edge: Edge) -> None:
    """The steps of a word's pattern, for one to be looked into."""
    edges = pattern.edges("attention")
    st.segmented_control(
        f"Steps of “{plain(clean(pattern.token))}”, block by block",
        range(len(edges)),
        required=True,
        label_visibility="collapsed",
        format_func=lambda step: step_name(edges[step]),
        **EDITOR.show("step", edge.layer, partial(_choose_step, pattern), "default"),
    )


def _choose_step(pattern: Pattern, number: int) -> None:
    EDITOR.change(word=pattern.source, at=pattern.edges("attention")[number])


def says_step(explanation: Explanation, step: Step) -> str:
    """What comes to a step, how much of it its component carries on, and what comes next."""
    edge, patterns = step.edge, step.patterns
    whole = sum(step.candidates)
    second, value = next(pair for pair in step.ranked if pair[0] != edge.component)
    share = ""
    if whole * step.carried > 0:  # in one piece with its number: no line begins with it
        share = f"\N{NO-BREAK SPACE}({unbroken(percent(step.carried / whole))})"
    if len(patterns) == 1:
        word = f"“{wording.name(explanation, patterns[0].source)}”"
        comes = f"Of the {signed(patterns[0].influence)} of {word}, {amount(whole)} comes this way"
    else:
        comes = f"{counted(len(patterns), 'pattern')} bring {amount(whole)} here"
    there = wording.name(explanation, edge.target)
    way = f"on at “{there}”" if edge.source == edge.target else f"on to “{there}”"
    return (
        f"{comes}; {wording.component(edge.component)} carries {amount(step.carried)} of it{share} "
        f"{way}. Next is {wording.component(second)} with {amount(value)}."
    )
