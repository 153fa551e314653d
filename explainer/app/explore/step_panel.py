"""What is selected, in detail: which patterns pass, the attention behind a step, what it beat."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explainer import Explanation, Prediction
from explainer.app.compute import Request
from explainer.app.compute.explore import attention_weights
from explainer.app.explore.head_parts import head_parts
from explainer.app.explore.own_route import own_route
from explainer.app.explore.rows import Rows
from explainer.app.explore.state import EDITOR
from explainer.app.explore.tables import passing_table
from explainer.app.explore.what_if import step_name, what_if
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import counted, percent, signed
from explainer.figures import View
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import clean
from explainer.figures.charts.candidates import candidate_bars, ranked_candidates
from explainer.figures.charts.head_map import head_map
from explainer.figures.patterns.drawn import Drawn
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Node, Place
from explainer.results.step import Step, step_of

STATIC = {"displayModeBar": False}
HINT = (
    "Select a word, a node or a line: which patterns pass there, which head carries them and "
    "which it beat, and what the model says without it."
)


def step_panel(
    rows: Rows,
    request: Request,
    predicted: tuple[Prediction, ...],
    view: View,
    drawn: Drawn,
) -> None:
    """Everything about what `view` selects, in tokens, and what-ifs about it."""
    explanation = rows.tokens
    if not view.selects:
        st.caption(HINT)
        return
    pattern = next((p for p in explanation.patterns if p.source == view.selected), None)
    place = drawn.view.place
    passing = () if place is None else rows.passing(place, view.level)
    if view.place is not None:
        passing_table(rows, drawn)
    edge = None
    if pattern is not None:
        _piece_choice(rows, pattern)
        edge = _step_of_word(pattern, view.place)
    elif isinstance(view.place, Edge):
        # By what is not told apart at the embedding level: the strongest pattern says it.
        edge = passing[0].edges("attention")[view.place.layer]
    if edge is not None:
        step = step_of(edge, passing if pattern is None else (pattern,))
        _detail(explanation, request, step, view)
    looked_into: Place | None = edge or view.place
    assert looked_into is not None
    what_if(explanation, request, predicted, looked_into, drawn.of_tokens)
    if pattern is not None:
        own_route(explanation, request, pattern)


def _piece_choice(rows: Rows, pattern: Pattern) -> None:
    """Which piece of a merged word is looked into, where it has several."""
    pieces = rows.pieces(pattern.source)
    if len(pieces) < 2:
        return
    tokens = rows.tokens.tokens
    st.segmented_control(
        "Piece of the word that is looked into: every piece has a way of its own",
        pieces,
        required=True,
        format_func=lambda piece: plain(f"{clean(tokens[piece])} ({piece})"),
        **EDITOR.show("piece", pattern.source, _choose_piece, "default"),
    )


def _choose_piece(piece: int) -> None:
    EDITOR.change(word=piece)


def _step_of_word(pattern: Pattern, place: Place | None) -> Edge:
    """The step of a word's pattern that is looked into, with the choice of another one."""
    edges = pattern.edges("attention")
    if isinstance(place, Edge):
        number = place.layer
    elif isinstance(place, Node):
        number = max(0, place.layer - 1)
    else:
        number = _first_head(edges)
    st.segmented_control(
        f"Steps of “{plain(clean(pattern.token))}”, block by block",
        range(len(edges)),
        required=True,
        format_func=lambda step: step_name(edges[step]),
        **EDITOR.show("step", number, partial(_choose_step, edges), "default"),
    )
    return edges[number]


def _choose_step(edges: tuple[Edge, ...], number: int) -> None:
    EDITOR.change(at=edges[number])


def _first_head(edges: tuple[Edge, ...]) -> int:
    """The first step that a head carries, for it says most; else the first step."""
    return next((edge.layer for edge in edges if edge.component != SKIP), 0)


def _detail(explanation: Explanation, request: Request, step: Step, view: View) -> None:
    """The step in a sentence, how its head carries it, its attention, and all components."""
    said = _says(explanation, step)
    st.markdown(plain(said))
    head_parts(explanation, step, view)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _attention(explanation, request, step)
    with right:
        st.caption(
            "How to read it: what each component would carry on this step, with all of them open "
            f"above it along the nodes; {_why_chosen(explanation)}."
        )
        assert step.edge.component is not None
        bars = candidate_bars(step.candidates, step.edge.component, step.carried, dark=is_dark())
        st.plotly_chart(bars, theme=None, config=STATIC, key="step_candidates", alt=said)


def _why_chosen(explanation: Explanation) -> str:
    """Which of the bars is the one that was chosen."""
    if explanation.settings.search == "staged":
        return "of a word’s pattern, the longest bar in the word’s direction was chosen"
    return "the joint search chose the step together with those around it, so another may be longer"


def _says(explanation: Explanation, step: Step) -> str:
    """What carries the step, how much of it, and what comes next."""
    edge = step.edge
    way = wording.movement(explanation, edge)
    whole = sum(step.candidates)
    ranked = ranked_candidates(step.candidates, step.carried)
    second, value = next(pair for pair in ranked if pair[0] != edge.component)
    share = f" ({percent(step.carried / whole)})" if whole * step.carried > 0 else ""
    number = len(step.patterns)
    whose = "the influence" if number == 1 else f"the influence of {counted(number, 'pattern')}"
    return (
        f"Block {edge.layer}: {whose} {way} by {wording.component(edge.component)}, which "
        f"carries {signed(step.carried, 3)} of the {signed(whole, 3)} that all components of this "
        f"step carry together{share}; next is {wording.component(second)} with {signed(value, 3)}."
    )


def _attention(explanation: Explanation, request: Request, step: Step) -> None:
    """The map of the step's head; for skip, that of the best head it beat."""
    edge = step.edge
    if isinstance(edge.component, int):
        head = edge.component
        which = f"head {head}"
    else:
        ranked = ranked_candidates(step.candidates, step.carried)
        head = next(int(other) for other, _ in ranked if other != SKIP)
        which = f"head {head}, the best that skip beat,"
    st.caption(
        f"Attention of {which} in block {edge.layer}. How to read it: a row’s token takes from the "
        "columns’ tokens, more where it is stronger; the square marks the step."
    )
    weights = attention_weights(request.reading)[edge.layer, head]
    st.plotly_chart(
        head_map(
            weights, explanation.tokens, source=edge.source, target=edge.target, dark=is_dark()
        ),
        theme=None,
        config=STATIC,
        key="head_map",
        alt=f"Attention of head {head}: the marked step takes "
        f"{percent(float(weights[edge.target, edge.source]))}",
    )
