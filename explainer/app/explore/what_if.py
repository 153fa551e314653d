"""What if: the model without a head, without one step, with only the patterns, or without them."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer import Explanation, Prediction
from explainer.app.compute import Request
from explainer.app.compute.explore import WhatIf, ablated
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.state.choices import What
from explainer.app.widgets.cuts import WITHOUT, replacement_field
from explainer.app.widgets.glossary import words
from explainer.app.widgets.strip import prediction_list
from explainer.base.numbers import percent, signed
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import clean
from explainer.intervention.ablate import Ablated
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Place


def what_if(
    explanation: Explanation,
    request: Request,
    predicted: tuple[Prediction, ...],
    place: Place,
    drawn: tuple[Pattern, ...],
) -> None:
    """The choice of a what-if, and the answer beside what the model says as it is."""
    chosen = LINKED.get()
    names = _names(explanation, place)
    what = chosen.what if chosen.what in names else "none"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "What if the model ran",
            list(names),
            required=True,
            format_func=names.__getitem__,
            help=f"{words('ablation')}\n\nUndo, or “As it is”, takes it back.",
            **EDITOR.show("what", what, lambda what: EDITOR.change(what=what), "default"),
        )
        replacement = replacement_field(EDITOR)
        if what != "none":
            st.button(
                "Undo",
                icon=":material/undo:",
                type="tertiary",
                key="undo",
                on_click=lambda: EDITOR.change(what="none"),
            )
    if what == "none":
        return
    found = ablated(request, WhatIf(what, replacement, place, drawn, chosen.level))
    note = WITHOUT[chosen.level] if what == "remove" else None
    _answer(explanation, predicted, found, note)


def _names(explanation: Explanation, place: Place) -> dict[What, str]:
    """The what-ifs that there are about a node or a step, as they are called."""
    names: dict[What, str] = {"none": "As it is"}
    if isinstance(place, Edge):
        names |= {"component": _everywhere(place), "step": "Without this step"}
    elif place.layer < explanation.model.layers:  # without the last one there is no output
        names["step"] = "Without this node"
    return names | {"keep": "Only the drawn patterns", "remove": "Without the drawn patterns"}


def _everywhere(edge: Edge) -> str:
    if edge.component == SKIP:
        return f"Without skip in block {edge.layer}"
    return f"Without head {edge.component} of block {edge.layer}"


def _answer(
    explanation: Explanation,
    predicted: tuple[Prediction, ...],
    found: Ablated,
    note: str | None,
) -> None:
    """Q and the likeliest words, before and after; `note` is what to know of the numbers."""
    before, after = explanation.target.value, found.value
    left = percent(after / before) if before else "–"
    numbers, as_it_is, changed = st.columns([1.1, 1, 1], gap="large")
    with numbers:
        st.html(
            '<div class="ipe-strip">'
            f"<div><p>Q: {escape(clean(explanation.target.label))}</p><b>{signed(before)}</b></div>"
            f"<div><p>Q, changed model</p><b>{signed(after)}</b></div>"
            f"<div><p>of Q is left</p><b>{left}</b></div></div>"
        )
        if before * after < 0:
            st.caption("The changed model prefers the other.")
        if note is not None:
            st.caption(f"{note} The Evaluate page has these controls.")
    with as_it_is:
        prediction_list(predicted, explanation.target, name="The model as it is")
    with changed:
        prediction_list(found.predictions, explanation.target, name="The changed model")


def step_name(edge: Edge) -> str:
    """A step for a button, with its block: `3: head 7`."""
    return f"{edge.layer}: {wording.carrier(edge.component)}"
