"""Method, refinement step by step: the nodes of a word's pattern, then heads and skips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explainer import Explanation
from explainer.app.compute.method import node_choices
from explainer.app.method.lesson import EDITOR, LINKED
from explainer.app.widgets.formula import formulas
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.head_parts import says_parts
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent, signed
from explainer.figures.canvas import wording
from explainer.figures.charts.chart import STILL
from explainer.figures.charts.steps import component_step, node_step
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import SKIP, Edge


def node_section(explanation: Explanation, pattern: Pattern, width: float) -> None:
    """The choice of one node after the other."""
    st.subheader("3 · Which way it goes")
    st.markdown(
        "A word’s influence reaches the prediction by every path through the hidden states. A "
        "**pattern** keeps the derivatives that pass one node of each layer: the product of the "
        "Jacobians from node to node, applied to the word’s own direction T."
    )
    formulas(
        "pattern",
        r"I(j, j_1, \dots, j_L) = \sum_s w_s \Big\langle \tfrac{\partial Q}{\partial H[L]_{j_L}},\,"
        r"J_L \cdots J_1\, T_j \Big\rangle",
        r"J_l = \frac{\partial H[l]_{j_l}}{\partial H[l-1]_{j_{l-1}}}",
    )
    st.markdown(
        "**Refinement** chooses one node at a time, the one that most influence passes. The bars "
        "of a step add up to what the pattern carried before: what is left behind is not lost."
    )
    layers = explanation.model.layers
    _stepper("node", range(1, layers + 1), "Choose the node of hidden state")
    layer = LINKED.get().node - 1
    candidates = node_choices(LINKED.get().request, pattern.nodes)[layer]
    said = _says_node(explanation, pattern, layer, candidates)
    figure = node_step(
        explanation.tokens,
        pattern.nodes,
        layer,
        candidates,
        sign=pattern.influence,
        width=width,
        targets=explanation.target.positions,
        unit=explanation.target.unit,
        dark=is_dark(),
    )
    _shown("node_step", figure, said)
    st.caption(
        "First the pattern so far, and how much of it goes on to each token, by width; "
        "then the same in numbers, the chosen node in full colour."
    )


def _says_node(
    explanation: Explanation, pattern: Pattern, layer: int, candidates: tuple[float, ...]
) -> str:
    before = pattern.embedding_trail[layer - 1] if layer else pattern.influence
    after = pattern.embedding_trail[layer]
    chosen = wording.name(explanation, pattern.nodes[layer + 1])
    if len(candidates) == 1:
        return (
            f"The last node is the target, “{chosen}”: {signed(after, 3)} of the word’s "
            f"{signed(pattern.influence, 3)} arrives along these nodes "
            f"({percent(pattern.share('embedding'))})."
        )
    left = wording.name(explanation, pattern.nodes[layer])
    return (
        f"{signed(sum(candidates), 3)} leaves “{left}”, "
        f"as much as the pattern carried before ({signed(before, 3)}); through “{chosen}” goes "
        f"{signed(after, 3)}, and this is followed."
    )


def component_section(explanation: Explanation, pattern: Pattern, width: float) -> None:
    """The choice of what carries each step."""
    st.subheader("4 · By what: heads and skip connections")
    st.markdown(
        "From node to node influence can pass by any attention head h, and where it stays in its "
        "place by the skip connection around them. The Jacobian is a sum over these, and "
        "refinement walks up the pattern once more and keeps one summand of each step."
    )
    formulas(
        "components",
        r"J_l = F_l \Big( [\,j_l = j_{l-1}]\,\mathbb{1} \;+\; \sum_h W_O^h\,"
        r"\frac{\partial o^h_{j_l}}{\partial H[l-1]_{j_{l-1}}} \Big)",
    )
    _stepper("block", range(explanation.model.layers), "Choose what carries block")
    block = LINKED.get().block
    candidates = pattern.attention_candidates[block]
    figure = component_step(
        explanation.tokens,
        pattern.nodes,
        pattern.components,
        block,
        candidates,
        sign=pattern.influence,
        width=width,
        unit=explanation.target.unit,
        dark=is_dark(),
    )
    _shown("component_step", figure, _says_component(explanation, pattern, block, candidates))
    st.caption(
        "F is what follows attention at the node: LayerNorms and feed-forward, never cut. "
        "o is a head’s output. What a skip connection carries is paler, circles name the head."
    )
    parts = pattern.attention_parts[block]
    if parts is not None:
        _head(explanation, pattern.edges("attention")[block], parts)


def _head(explanation: Explanation, edge: Edge, parts: HeadParts) -> None:
    """What a head does, in formulas and on the step that is looked at."""
    st.markdown(
        "What a head carries from j to i is itself a sum of three, each by one projection of T: "
        "what j says is copied, or j draws more or less attention, or, where the step stays, j "
        "looks elsewhere."
    )
    formulas(
        "head",
        r"\frac{\partial o_i}{\partial H_j}\,T \;=\; \underbrace{A_{ij}\, W_V T}_{\text{value}}",
        r"+\; \underbrace{A_{ij}\, s_i\, (v_j - o_i)}_{\text{key}}",
        r"+\; \underbrace{[\,i=j\,] \textstyle\sum_k A_{ik}\,(e_k - \bar e)\, v_k}_{\text{query}}",
    )
    st.markdown(plain(says_parts(explanation, edge, parts)))
    st.caption(
        "A is attention; s and e say how much more i attends to j, and j to each k: the products "
        "of i’s query with j’s changed key, and of j’s changed query with k’s key, over the root "
        "of the head’s width."
    )


def _says_component(
    explanation: Explanation, pattern: Pattern, block: int, candidates: tuple[float, ...]
) -> str:
    edge = pattern.edges("attention")[block]
    way = wording.movement(explanation, edge)
    after = pattern.attention_trail[block]
    by = "the skip connection" if edge.component == SKIP else wording.component(edge.component)
    last = (
        f" That is all the pattern carries: {percent(pattern.share('attention'))} of the word’s "
        f"{signed(pattern.influence, 3)}."
        if block == explanation.model.layers - 1
        else ""
    )
    return (
        f"In block {block} the pattern {way}. Of the {signed(sum(candidates), 3)} that all "
        f"components carry here, {by} carries {signed(after, 3)}.{last}"
    )


def _stepper(name: str, options: range, label: str) -> None:
    """The step to look at, and a button to the next."""
    current: int = getattr(LINKED.get(), name)

    def move(step: int) -> Callable[[], None]:
        return lambda: EDITOR.change(**{name: current + step})

    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{name}_row"):
        st.segmented_control(label, options, required=True, **EDITOR.bound(name, "default"))
        st.button(
            "Next step",
            icon=":material/arrow_forward:",
            key=f"{name}_next",
            disabled=current == options[-1],
            on_click=move(1),
        )


def _shown(key: str, figure: Any, said: str) -> None:
    st.plotly_chart(figure, key=key, theme=None, config=STILL, alt=said)
    st.markdown(plain(said))
