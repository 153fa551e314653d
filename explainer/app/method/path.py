"""Method, first steps: the quantity explained, and integrated gradients along the path."""

from __future__ import annotations

import streamlit as st

from explainer import Explanation
from explainer.app.compute.method import path_curve
from explainer.app.method.lesson import COUNTS, EDITOR, LINKED, RULES, USED
from explainer.app.widgets.formula import formulas, word
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.strip import number_strip
from explainer.base.numbers import signed
from explainer.figures.canvas.text import clean
from explainer.figures.charts.chart import STILL
from explainer.figures.charts.integral import gap_figure, integral_figure
from explainer.results.gap import gap_warning
from explainer.results.pattern import Pattern
from explainer.results.target import COSINE, LOG_PROBABILITY, LOGITS

EMPTY = "the **baseline** b, here `[MASK]` in every place"


def quantity_section(explanation: Explanation) -> None:
    """What Q is, and its values at both ends of the path."""
    target = explanation.target
    st.subheader("1 · What is explained")
    one, two = clean(target.correct), clean(target.wrong or "all others")
    if target.unit == COSINE:
        st.markdown(
            f"How near is the sentence in meaning to “{plain(one)}”? The cosine of the two texts’ "
            "embeddings says it: that is the **quantity of interest** Q, with the other text’s "
            "embedding e held fixed. It is explained as a change: from an empty input, "
            f"{EMPTY}, to the sentence x."
        )
        formulas("quantity", r"Q = \cos(\mathrm{pool}(H[L]), e)")
    else:
        _contrast(explanation, one, two)
    change = target.value - target.baseline_value
    number_strip(
        "quantity",
        (
            (
                f"Q(x): {clean(explanation.asked)}",
                signed(target.value),
                words("quantity of interest", *(("logit",) if target.unit == LOGITS else ())),
                False,
            ),
            ("Q(b), the empty input", signed(target.baseline_value), words("baseline"), False),
            ("to be explained", signed(change), f"Q(x) − Q(b), in {target.unit}.", False),
        ),
    )


KINDS = {
    "masked-lm": "word at the mask",
    "classification": "class",
    "tagging": "tag",
    "question-answering": "answer",
}
"""What a model of each task chooses among."""


def _contrast(explanation: Explanation, one: str, two: str) -> None:
    """Q as the score of a word or class, less that of its rival."""
    target = explanation.target
    kind = KINDS[explanation.model.task]
    asks = f"How much more does the model like one {kind}, “{plain(one)}”, than “{plain(two)}”?"
    score, rival = r"\mathrm{logit}", rf" - \mathrm{{logit}}({word(two)})"
    if target.unit == LOG_PROBABILITY:  # of words of several pieces, or at several masks
        asks = f"How much more does the model like “{plain(one)}” at its masks than “{plain(two)}”?"
        score, rival = r"\log P", rf" - \log P({word(two)})"
        if target.wrong is None:
            asks, rival = f"How likely does the model find “{plain(one)}” at the masks?", ""
    elif target.wrong is None and explanation.model.head != "choice":
        asks, rival = f"What does the model say of “{plain(one)}”?", ""
    st.markdown(
        f"{asks} That is the **quantity of interest** Q. It is explained as a change: from an "
        f"empty input, {EMPTY}, to the sentence x."
    )
    formulas("quantity", rf"Q = {score}({word(one)}){rival}")


def path_section(explanation: Explanation, pattern: Pattern) -> None:
    """The integral along the path, its points, and what they miss."""
    lesson = LINKED.get()
    st.subheader("2 · How much each word matters")
    st.markdown(
        "Walk in a straight line from the baseline to the sentence and add up, along the way, what "
        "each word’s embedding does to Q. These **integrated gradients** share out the change of Q "
        "completely; a sum over points of the path comes close to the integral."
    )
    formulas(
        "gradient",
        r"g_j = \int_0^1 \Big\langle \tfrac{\partial Q}{\partial x_j}\big(z(a)\big),\,"
        r" x_j-b_j \Big\rangle\, da",
        r"z(a) = b + a\,(x-b)",
    )
    formulas(
        "sum",
        r"g_j \approx \sum_s w_s \Big\langle \tfrac{\partial Q}{\partial x_j}\big(z(a_s)\big),\,"
        r" x_j-b_j \Big\rangle",
        r"\sum_j g_j = Q(x)-Q(b)",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="path_row"):
        st.select_slider("Points on the path", COUNTS, width=330, **EDITOR.bound("points"))
        st.segmented_control(
            "Rule",
            RULES,
            required=True,
            help="trapezoid joins the points; riemann, as in the paper's code, gives each the "
            "same weight.",
            **EDITOR.bound("rule", "default"),
        )
    with st.spinner("Walking from the baseline to the sentence …"):
        curve = path_curve(lesson.finest_request)
    sampled = curve.sampled(lesson.rule, lesson.points)
    token, label = clean(pattern.token), clean(explanation.asked)
    figure = integral_figure(
        curve.a,
        curve.values,
        curve.slopes,
        pattern.source,
        sampled.a,
        lesson.rule,
        names=(label, token),
        dark=is_dark(),
    )
    said = (
        f"With {lesson.points} {lesson.rule} points “{token}” gets "
        f"{signed(sampled.influence[pattern.source])} and all words together "
        f"{signed(sum(sampled.influence))}, where Q changes by "
        f"{signed(curve.values[-1] - curve.values[0])}: the gap is {signed(sampled.gap, 3)}."
    )
    warning = gap_warning(sampled.gap, float(curve.values[-1] - curve.values[0]))
    if warning is not None:
        said = f"{said} {warning}"
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        st.plotly_chart(figure, key="integral", theme=None, config=STILL, alt=said)
    with right:
        gaps = {rule: [curve.sampled(rule, n).gap for n in COUNTS] for rule in RULES}
        st.plotly_chart(
            gap_figure(
                COUNTS,
                gaps,
                lesson.rule,
                lesson.points,
                unit=explanation.target.unit,
                dark=is_dark(),
            ),
            key="gaps",
            theme=None,
            config=STILL,
            alt=f"The gap by the number of points: {signed(gaps[lesson.rule][0], 2)} with 2, "
            f"{signed(gaps[lesson.rule][-1], 4)} with {COUNTS[-1]}.",
        )
    st.markdown(plain(said))
    st.caption(
        "First Q on its way, and below its slope, of all words together (grey) and of the followed "
        "word (in colour); the filled area is what the rule adds up for it. Then what the sum "
        f"misses. Elsewhere on this page there are {USED} points. {explanation.gap_warning or ''}"
    )
