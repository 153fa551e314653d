"""Where the head of a step looks: from the step's target, and as a whole."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explainer import Explanation
from explainer.app.compute import Request
from explainer.app.compute.explore import attention_weights
from explainer.app.state.linked import chooses_nothing
from explainer.app.widgets.frame.viewport import is_dark
from explainer.base.numbers import percent
from explainer.figures.canvas import wording
from explainer.figures.charts.chart import STILL
from explainer.figures.charts.head_map import head_map
from explainer.results.route import SKIP
from explainer.results.step import Step

MOST = 6
"""Tokens that are listed at most, but for the step's own."""


def attention_of(explanation: Explanation, request: Request, step: Step) -> None:
    """The tokens that the step's target attends to most, and the head's whole map on demand.

    For a skip connection they are those of the best head that it beat.
    """
    edge = step.edge
    if isinstance(edge.component, int):
        head = edge.component
        which = f"head {head}"
    else:
        head = next(int(other) for other, _ in step.ranked if other != SKIP)
        which = f"head {head}, the best that skip beat"
    weights = attention_weights(request, edge.layer)[head]
    st.html(_table(explanation, weights[edge.target], edge.source, edge.target, which))
    whole = st.expander(
        f"All that head {head} attends to", key="head_map", on_change=chooses_nothing
    )
    if not whole.open:  # a browser draws what nobody looks at, too
        return
    with whole:
        st.caption(
            "How to read it: a row’s token takes from the columns’ tokens, more where it is "
            "stronger; the square marks the step."
        )
        st.plotly_chart(
            head_map(
                weights, explanation.tokens, source=edge.source, target=edge.target, dark=is_dark()
            ),
            theme=None,
            config=STILL,
            key="head_map_figure",
            alt=f"Attention of head {head}: the marked step takes "
            f"{percent(float(weights[edge.target, edge.source]))}",
        )


def _table(
    explanation: Explanation, row: NDArray[np.float64], source: int, target: int, which: str
) -> str:
    """Tokens in the sentence's order with the attention that goes to them."""
    shown = sorted({*np.argsort(-row, kind="stable")[:MOST].tolist(), source})
    largest = float(row.max()) or 1.0
    rows = "".join(
        f'<tr class="{"ipe-lead" if at == source else ""}">'
        f'<th scope="row">{escape(wording.name(explanation, at))}</th>'
        f'<td class="ipe-bar"><span style="width:{100 * row[at] / largest:.1f}%"></span></td>'
        f"<td>{escape(percent(float(row[at])))}</td></tr>"
        for at in shown
    )
    name = escape(f"“{wording.name(explanation, target)}” attends to ({which})")
    return f'<table class="ipe-predictions"><caption>{name}</caption>{rows}</table>'
