"""Method, all influence together: it is conserved from block to block."""

from __future__ import annotations

import streamlit as st

from explainer import Explanation
from explainer.app.widgets.formula import formulas
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent, signed
from explainer.figures.charts.chart import STILL
from explainer.figures.charts.conservation import conservation_figure
from explainer.results.target import LOGITS


def flow_section(explanation: Explanation) -> None:
    """Total flow and its conservation."""
    flow = explanation.flow
    assert flow is not None
    st.subheader("5 · All of it: the total flow")
    st.markdown(
        "Let all words move together, and sum over every edge of a block instead of following one. "
        "That is the **total flow**, and every block passes on all of it."
    )
    formulas(
        "flow",
        r"\sum_{i,\,j,\,c} \mathrm{flow}_l(j \to i, c) \;=\; \sum_j g_j",
        r"\text{every block } l,\; c \text{ a head or skip}",
    )
    shares, unit = flow.skip_shares(), explanation.target.unit
    of = "of a logit" if unit == LOGITS else f"in {unit}"
    said = (
        f"Every block passes on {signed(sum(explanation.influence))}, to within "
        f"{max(flow.spread(), 1e-6):.0e} {of}. Skip connections carry "
        f"{percent(shares.min())} to {percent(shares.max())} of what moves."
    )
    figure = conservation_figure(flow, unit=unit, dark=is_dark())
    st.plotly_chart(figure, key="conservation", theme=None, config=STILL, alt=said)
    st.markdown(plain(said))
    st.html(
        '<p class="ipe-key"><span style="background:var(--ipe-skip)"></span>skip connections '
        '<span style="background:var(--ipe-heads)"></span>attention heads, '
        "above 0 towards the first, below 0 (paler) against it; the line is what remains, Σ g</p>"
    )
