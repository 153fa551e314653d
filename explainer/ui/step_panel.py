"""One step of the selected word's pattern: the attention behind it, and the components it beat."""

from __future__ import annotations

import streamlit as st

from explainer import Explanation, Prediction
from explainer.attention import attention
from explainer.figures.candidates import candidate_bars, ranked_candidates
from explainer.figures.head_map import head_map
from explainer.figures.says import component
from explainer.figures.text import clean, percent, signed
from explainer.pattern import SKIP, Edge, Pattern
from explainer.sentence import read_sentence
from explainer.ui import compute, state
from explainer.ui.compute import Request
from explainer.ui.graph import is_dark
from explainer.ui.markdown import plain
from explainer.ui.own_path import own_path
from explainer.ui.what_if import step_name, what_if

STATIC = {"displayModeBar": False}


def step_panel(
    explanation: Explanation,
    request: Request,
    predicted: tuple[Prediction, ...],
    drawn: tuple[Pattern, ...],
) -> None:
    """The steps of the selected word, one of them in detail, and what-ifs about it."""
    chosen = state.choices()
    pattern = next((p for p in explanation.patterns if p.source == chosen.word), None)
    if pattern is None:
        state.change(step=None, own=None)
        st.caption(
            "Select a word to look into its steps: which head moves it where, which it beat, and "
            "what the model says without it."
        )
        return
    edges = pattern.edges("attention")
    number = chosen.step
    if number is not None and number >= len(edges):
        state.change(step=None)
        st.info(f"The model has no block {number}: another step is shown.")
    if number is None or number >= len(edges):
        number = _first_head(edges)
    st.segmented_control(
        f"Steps of “{plain(clean(pattern.token))}”, block by block",
        range(len(edges)),
        required=True,
        format_func=lambda step: step_name(edges[step]),
        **state.show("step", number, lambda step: state.change(step=step), "default"),
    )
    edge, candidates = edges[number], pattern.attention_candidates[number]
    said = _says(explanation, pattern, edge, candidates)
    st.markdown(plain(said))
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _attention(explanation, request, edge, candidates, pattern.influence)
    with right:
        st.caption("What each component would carry on this step")
        assert edge.component is not None
        bars = candidate_bars(candidates, edge.component, pattern.influence, dark=is_dark())
        st.plotly_chart(bars, theme=None, config=STATIC, key="step_candidates", alt=said)
    what_if(explanation, request, predicted, edge, drawn)
    own_path(explanation, request, pattern)


def _first_head(edges: tuple[Edge, ...]) -> int:
    """The first step that a head carries, for it says most; else the first step."""
    return next((edge.layer for edge in edges if edge.component != SKIP), 0)


def _says(
    explanation: Explanation, pattern: Pattern, edge: Edge, candidates: tuple[float, ...]
) -> str:
    """The step in one sentence: what carries it, how much of it, and what comes next."""
    start, end = (clean(explanation.tokens[place]) for place in (edge.source, edge.target))
    way = f"stays at “{start}”" if edge.source == edge.target else f"goes from “{start}” to “{end}”"
    carried, whole = pattern.attention_trail[edge.layer], sum(candidates)
    ranked = ranked_candidates(candidates, pattern.influence)
    second, value = next(pair for pair in ranked if pair[0] != edge.component)
    share = f" ({percent(carried / whole)})" if whole * carried > 0 else ""
    return (
        f"Block {edge.layer}: the influence {way} by {component(edge.component)}, which "
        f"carries {signed(carried, 3)} of the {signed(whole, 3)} that all components of this step "
        f"carry together{share}; next is {component(second)} with {signed(value, 3)}."
    )


def _attention(
    explanation: Explanation,
    request: Request,
    edge: Edge,
    candidates: tuple[float, ...],
    sign: float,
) -> None:
    """The map of the step's head; for skip, that of the best head it beat."""
    head = edge.component
    if head == SKIP or head is None:
        ranked = ranked_candidates(candidates, sign)
        head = next(int(which) for which, _ in ranked if which != SKIP)
        st.caption(
            f"Attention of head {head}, the best that skip beat in block {edge.layer}: rows take "
            "from columns"
        )
    else:
        st.caption(f"Attention of head {head} in block {edge.layer}: rows take from columns")
    weights = maps(request.model, request.text)[edge.layer, head]
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


@st.cache_data(max_entries=32, max_size="200MB", show_spinner=False)
def maps(model: str, text: str):  # type: ignore[no-untyped-def]  # the decorator hides the type
    """Attention [L, head, to, from] of a sentence; raises ExplainerError."""
    loaded = compute.model(model)
    with compute.queue().turn():
        return attention(loaded, read_sentence(loaded, text))
