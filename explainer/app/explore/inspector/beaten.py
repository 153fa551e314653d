"""What every other component would carry on the selected step: the choice and those it beat."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer.base.numbers import short_amount
from explainer.figures.canvas import wording
from explainer.results.settings import Search
from explainer.results.step import Step
from explainer.results.target import LOGITS, Unit

SHOWN = 8
"""Components that are listed at most."""
WHY_CHOSEN: dict[Search, str] = {
    "staged": "of a word’s pattern, the longest bar in the word’s direction was chosen",
    "joint": "the joint search chose the step together with those around it, so another may be "
    "longer",
}
"""Which of the bars is the one that was chosen, by the search."""


def beaten(search: Search, step: Step, unit: Unit) -> None:
    """The strongest components of the step as a table with bars, its own set apart."""
    st.caption(
        "What each component would carry on this step, with all of them open above it along the "
        f"nodes; {WHY_CHOSEN[search]}."
    )
    st.html(beaten_table(step, unit))


def beaten_table(step: Step, unit: Unit = LOGITS) -> str:
    """A row for each of the strongest components, with its influence."""
    own = step.edge.component
    shown = step.ranked[:SHOWN]
    if own not in [by for by, _ in shown]:
        shown = (*shown[:-1], *(pair for pair in step.ranked if pair[0] == own))
    largest = max(abs(value) for _, value in shown) or 1.0
    rows = "".join(
        f'<tr class="ipe-{"for" if value >= 0 else "against"}{"" if by == own else "-less"}">'
        f'<th scope="row">{escape(wording.component(by))}</th>'
        f'<td class="ipe-bar">{_bar(value, largest)}</td>'
        f"<td>{escape(short_amount(value))}</td></tr>"
        for by, value in shown
    )
    name = f"Influence by each component ({unit})"
    return f'<table class="ipe-predictions ipe-candidates"><caption>{name}</caption>{rows}</table>'


def _bar(value: float, largest: float) -> str:
    """A bar as long as the number that stands beside it: nothing is no bar."""
    if not float(f"{value:.2f}"):
        return ""
    return f'<span style="width:{100 * abs(value) / largest:.1f}%"></span>'
