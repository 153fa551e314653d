"""What if: the model without a head, without one step, with only the patterns, or without them."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer import Explanation, Prediction
from explainer.app.compute import Request, at_masks
from explainer.app.compute.explore import WhatIf, ablated
from explainer.app.explore.inspector.effect import says_effect, says_odd
from explainer.app.explore.state import EDITOR, LINKED
from explainer.app.state.choices import What
from explainer.app.widgets.cuts import WITHOUT, replacement_field
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import unbroken
from explainer.app.widgets.strip import mask_lists, prediction_list
from explainer.base.numbers import percent, signed
from explainer.figures.canvas import wording
from explainer.figures.patterns.ways.cut import Cut
from explainer.intervention.ablate import Ablated
from explainer.results.pattern import Pattern
from explainer.results.route import SKIP, Edge, Place

AS_IT_IS, CHANGED = "The model as it is", "The changed model"


def what_if(
    explanation: Explanation,
    request: Request,
    predicted: tuple[Prediction, ...],
    place: Place,
    drawn: tuple[Pattern, ...],
) -> Cut | None:
    """The cut that is offered first, the others behind a button, and the answer.

    What has been cut, in tokens; None where the model runs as it is. Raises ExplainerError.
    """
    chosen = LINKED.get()
    names = _names(explanation, place)
    what = chosen.what if chosen.what in names else "none"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cut_row"):
        if what == "none":
            _first(names, place)
        else:
            st.button(
                "Undo",
                icon=":material/undo:",
                key="undo",
                on_click=lambda: EDITOR.change(what="none"),
            )
        with st.popover("Other cuts", type="tertiary", key="cuts"):
            st.segmented_control(
                "What if the model ran",
                list(names),
                required=True,
                format_func=names.__getitem__,
                help=f"{words('ablation')}\n\nUndo, or “As it is”, takes it back.",
                **EDITOR.show("what", what, lambda what: EDITOR.change(what=what), "default"),
            )
            replacement = replacement_field(EDITOR)
    if what == "none":
        return None
    found = ablated(request, WhatIf(what, replacement, place, drawn, chosen.level))
    name = names[what]
    said = at_masks(request.reading, request.contrast)
    _answer(explanation, () if said else predicted, found, name)
    as_it_is, changed = st.columns(2, gap="small", wrap=False)
    with as_it_is:
        if said:
            mask_lists(said, name=AS_IT_IS)
        else:
            prediction_list(predicted, explanation.target, name=AS_IT_IS)
    with changed:
        if said:
            mask_lists(said, found.predictions, name=CHANGED)
        else:
            prediction_list(found.predictions, explanation.target, name=CHANGED)
    if what == "remove":
        st.caption(f"{WITHOUT[chosen.level]} The Evaluate page has these controls.")
    about = what in ("component", "step")
    return Cut(name, found.value, place if about else None, everywhere=what == "component")


def _first(names: dict[What, str], place: Place) -> None:
    """The one cut that is asked for most: the step's head or skip connection, or the node."""
    what: What = "component" if isinstance(place, Edge) else "step"
    if what in names:
        st.button(
            names[what].replace("Without", "Cut", 1),
            icon=":material/content_cut:",
            key="cut",
            on_click=lambda: EDITOR.change(what=what),
        )


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
    explanation: Explanation, predicted: tuple[Prediction, ...], found: Ablated, name: str
) -> None:
    """Q before and after, with what may look odd beside what is predicted."""
    target = explanation.target
    before, after = target.value, found.value
    largest = max(abs(before), abs(after)) or 1.0
    rows = "".join(
        f'<tr class="{"ipe-for" if value >= 0 else "ipe-against"}"><th scope="row">{escape(said)}'
        f'</th><td class="ipe-bar"><span style="width:{100 * abs(value) / largest:.1f}%"></span>'
        f"</td><td><b>{signed(value)}</b></td></tr>"
        for said, value in (("As it is", before), (name, after))
    )
    st.html(
        '<table class="ipe-predictions ipe-cut">'
        f"<caption>Q: {escape(wording.question(target))}, in {target.unit}</caption>{rows}</table>"
    )
    said = escape(says_effect(target, after, name))
    left = f"<b>{unbroken(percent(after / before)) if before else '–'}</b> of Q is left."
    odd = escape(unbroken(says_odd(target, after, predicted, found.predictions) or ""))
    st.html(f'<p class="ipe-effect">{said} {left} {odd}</p>')


def step_name(edge: Edge) -> str:
    """A step for a button, with its block: `3: head 7`."""
    return f"{edge.layer}: {wording.carrier(edge.component)}"
