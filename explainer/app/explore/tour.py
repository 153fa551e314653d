"""A tour in three steps: which word matters, which head carries it, and what if that is cut?

It works on whatever sentence is there. It opens by itself where somebody comes without a link, can
be left at every step, and is found again in the page's head.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Explanation
from explainer.app.compute import Request
from explainer.app.compute.explore import WhatIf, ablated
from explainer.app.explore.inspector.effect import says_effect
from explainer.app.explore.inspector.subject import strongest_step
from explainer.app.explore.state import LINKED
from explainer.app.state.choices import Choices
from explainer.app.widgets.cuts import REPLACEMENT_NAMES
from explainer.app.widgets.frame.notes import show_error
from explainer.base.numbers import signed
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import brief
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge

TOUR = "tour"
"""Where the session keeps how many steps of the tour have been taken; None once it was left."""
ABOUT = ("sentence_row", "pattern_graph", "inspector")
"""The key of what each step is about."""
NEXT = ("Which word?", "Which head?", "What if it is cut?", "Done")
"""What leads on from each place of the tour."""
FRAME = "outline: 2px dashed var(--ipe-bar); outline-offset: .2rem; border-radius: .5rem;"
BEGIN = (
    "New here? Three steps show what there is: which word matters most, which head carries it, and "
    "what the model says without that head."
)
NOTHING = (
    "The tour follows a word that a head carries, and here no head carries any. Choose an example "
    "beside the sentence."
)


@dataclass(frozen=True)
class About:
    """What the tour is about: a word's pattern, and the step by which a head carries it."""

    pattern: Pattern
    edge: Edge


def open_for_newcomers() -> None:
    """Begin the tour in a session that has not seen the page and comes without a link."""
    if TOUR not in st.session_state:
        comes_new = LINKED.last() is None and not st.query_params
        st.session_state[TOUR] = 0 if comes_new else None


def tour_button(place: DeltaGenerator) -> None:
    """The way back to the tour, from its beginning."""
    place.button(
        "Tour",
        icon=":material/explore:",
        type="tertiary",
        key="tour_button",
        help="Three steps on this sentence: which word, which head, and what if it is cut?",
        on_click=partial(_go, 0, None),
    )


def theme(explanation: Explanation) -> About | None:
    """The word with the most influence that a head carries, and its strongest step by one.

    None where no head carries any word.
    """
    steps = [About(pattern, strongest_step(pattern)) for pattern in explanation.patterns]
    by_head = [about for about in steps if about.edge.component != SKIP]
    return max(by_head, key=_weight, default=None)


def _weight(about: About) -> tuple[float, float]:
    return abs(about.pattern.influence), abs(about.pattern.attention_influence)


def is_open() -> bool:
    """Whether somebody is on the tour."""
    return st.session_state.get(TOUR) is not None


def tour(explanation: Explanation, request: Request) -> None:
    """The step that the tour has come to, with the ways on, back and out; nothing once it is left.

    A frame is drawn around what a step is about.
    """
    taken: int | None = st.session_state.get(TOUR)
    if taken is None:
        return
    about = theme(explanation)
    if about is None or LINKED.get().word != about.pattern.source:
        taken = st.session_state[TOUR] = 0  # another sentence, or another word has been selected
    last = taken == len(NEXT) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour_card"):
        try:
            said = NOTHING if about is None else _says(explanation, request, about, taken)
            st.html(_card(taken, said))
        except ExplainerError as error:  # too many others are computing, or it was cancelled
            show_error(error, owner="tour")
        with st.container(horizontal=True, gap="small", width="content"):
            if about is not None:
                go = partial(_go, None if last else taken + 1, about)
                st.button(NEXT[taken], key="tour_next", type="primary", on_click=go)
            if taken:
                go = partial(_go, taken - 1, about)
                st.button("Back", key="tour_back", type="tertiary", on_click=go)
            if not last:
                go = partial(_go, None, None)
                st.button("Leave the tour", key="tour_leave", type="tertiary", on_click=go)


def _go(taken: int | None, about: About | None) -> None:
    """Go to a place of the tour, with what it is about selected; leaving changes nothing else."""
    st.session_state[TOUR] = taken
    if taken is not None:
        LINKED.put(chosen_at(LINKED.get(), taken, about))


def chosen_at(chosen: Choices, taken: int, about: About | None) -> Choices:
    """The page's choices at a place of the tour."""
    clean = replace(chosen.unselected, what="none")
    if not taken or about is None:
        return clean
    return replace(
        clean,
        level="attention",
        word=about.pattern.source,
        at=about.edge if taken > 1 else None,
        what="component" if taken > 2 else "none",
    )


def _card(taken: int, said: str) -> str:
    heading, frame = "", ""
    if taken:
        heading = f"<b>{NEXT[taken - 1]}</b> "
        frame = f"<style>.st-key-{ABOUT[taken - 1]} {{ {FRAME} }}</style>"
    return f'<p class="ipe-tour ipe-tour-{taken}" role="status">{heading}{escape(said)}</p>{frame}'


def _says(explanation: Explanation, request: Request, about: About, taken: int) -> str:
    """What there is to see at this place of the tour."""
    pattern, edge = about.pattern, about.edge
    word, head = f"“{brief(pattern.token)}”", f"Head {edge.component} of block {edge.layer}"
    if taken == 0:
        return BEGIN
    if taken == 1:
        of = f"{signed(pattern.influence)} of {signed(sum(explanation.influence))}"
        return (
            f"{word}: {wording.measured(of, explanation.target.unit)}. "
            "The darker a word in the sentence, the more influence it has; in the graph the way of "
            "this one stands out now."
        )
    if taken == 2:
        return (
            f"{head}: by it the influence {wording.movement(explanation, edge)}. It is the "
            "numbered circle on the line that is selected in the graph. The inspector says what it "
            "reads, and which other heads it beat."
        )
    replacement = LINKED.get().replacement
    cut = WhatIf("component", replacement, edge, (pattern,), "attention")
    after = ablated(request, cut).value
    name = f"without head {edge.component} of block {edge.layer}"
    return (
        f"{says_effect(explanation.target, after, name)} What it writes became "
        f"{REPLACEMENT_NAMES[replacement]}: a run of the changed model, not an estimate."
    )
