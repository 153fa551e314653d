"""The section about one sentence: what each method leaves of its prediction."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from explainer import ExplainerError
from explainer.app.compute import Request
from explainer.app.compute.runs import evaluate
from explainer.app.evaluate.choices import Inquiry
from explainer.app.evaluate.controls import cut_controls, how_to_read
from explainer.app.evaluate.snippet import sentence_snippet
from explainer.app.evaluate.state import INQUIRY, LINKED, QUESTION
from explainer.app.widgets.cuts import REPLACEMENT_NAMES, replacement_field
from explainer.app.widgets.frame.notes import show_error
from explainer.app.widgets.frame.viewport import is_dark
from explainer.app.widgets.question.asking import answered, last_request, question
from explainer.app.widgets.saving.files import File, picture_files, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.evaluation.evidence.finding import PERFORMANCE
from explainer.evaluation.evidence.rivals import CONTROLS, PARTS, VARIANTS
from explainer.evaluation.evidence.rows import UNEQUAL
from explainer.evaluation.methods import DEFAULT_METHODS, METHODS, PATTERN
from explainer.evaluation.record import Record
from explainer.figures.canvas.frame import NARROW
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.canvas.svg import to_svg
from explainer.figures.charts.ablations import (
    AblationRow,
    Ablations,
    Kind,
    ablations_scene,
    ablations_summary,
)
from explainer.figures.patterns.view import WIDTH
from explainer.results.gap import gap_warning

WAITING = "Running the model with every method’s paths kept, and removed …"
HOW_TO_READ = {
    "keep": (
        "Each row keeps what one method names, one path for each word or as many nodes of every "
        "layer as the patterns have; everything else becomes {}, and the model runs again. The "
        "nearer the dot comes to the line of the whole model, the more of the prediction is in "
        "what was kept; at 0 the model is undecided."
    ),
    "remove": (
        "In each row what one method names, one path for each word, or as many nodes of every "
        "layer or heads of every block as the patterns have, becomes {}, and the model runs again. "
        "The farther the dot is from "
        "the line of the whole model, the more the prediction needs what was removed."
    ),
}
HOW_TO_READ_BARS = (
    f"Influence carried: the share of the words’ Σ|g| that flows along these paths; {UNEQUAL}."
)


def sentence_section(width: float) -> None:
    """The question, and the figure of its answer."""
    places = question(QUESTION, width)
    if answered(QUESTION, places, _record, WAITING) is not None:
        _figures(st.session_state[last_request(QUESTION)], width)


def _record(request: Request) -> Record:
    return evaluate.record(request, QUESTION.choices().replacement)


@st.fragment
def _figures(request: Request, width: float) -> None:
    """All that follows from one question; a choice made here runs nothing but this again."""
    said, above, middle, below = st.empty(), st.container(), st.container(), st.container()
    place = below if width < NARROW else above  # on a phone the figure comes first
    controls = place.container(horizontal=True, vertical_alignment="bottom")
    with controls:
        cut_controls()
        replacement = replacement_field(QUESTION)
        st.toggle("All methods", **INQUIRY.bound("every"))
    try:
        with middle, st.spinner(WAITING):
            record = _record(request)
    except ExplainerError as error:
        show_error(error)
        LINKED.write_link()
        return
    inquiry = LINKED.get()
    found = ablations(record, inquiry)
    verdict = ablations_summary(found)
    said.html(f'<p class="ipe-verdict">{escape(verdict)}</p>')
    warning = gap_warning(record.completeness_gap, record.value - record.baseline_value)
    if warning is not None:
        middle.caption(f":material/warning: {warning}")
    if inquiry.words == "positive" and not any(p.influence > 0 for p in record.patterns):
        st.info("No word pulls towards the answer: nothing is kept or removed.")
    dark = is_dark()
    middle.plotly_chart(
        to_figure(ablations_scene(found, px=width, dark=dark), palette(dark)),
        key="left",
        theme=None,
        config=CONFIG,
        alt=verdict,
    )
    how = HOW_TO_READ[inquiry.mode].format(REPLACEMENT_NAMES[replacement])
    favour = f" {PERFORMANCE.favours}" if replacement == "baseline" else ""
    searched = request.settings.searched
    how_to_read(f"{how} {HOW_TO_READ_BARS} The patterns are those of {searched}.{favour}")
    with controls:
        _save(found, verdict, sentence_snippet(request, record, replacement))
    with st.expander("The numbers"):
        _table(found)
    LINKED.write_link()


def ablations(record: Record, inquiry: Inquiry) -> Ablations:
    """The record's outcomes for the chosen level, words, mode and methods."""
    shares = {
        carried.method: carried.share
        for carried in record.carried
        if (carried.level, carried.words) == (inquiry.level, inquiry.words)
    }
    chosen = (inquiry.level, inquiry.words, inquiry.mode, inquiry.asked.replacement)
    return Ablations(
        correct=record.correct,
        wrong=record.wrong or None,
        whole=record.value,
        level=inquiry.level,
        removed=inquiry.mode == "remove",
        positive=inquiry.words == "positive",
        rows=tuple(
            AblationRow(
                METHODS[outcome.method].label,
                _kind(outcome.method),
                outcome.value,
                outcome.size,
                shares.get(outcome.method),
            )
            for outcome in record.outcomes
            if (outcome.level, outcome.words, outcome.mode, outcome.replacement) == chosen
            and (inquiry.every or outcome.method in DEFAULT_METHODS)
        ),
        measured_in=record.unit,
    )


def _kind(method: str) -> Kind:
    if method == PATTERN:
        return "pattern"
    kinds: tuple[tuple[tuple[str, ...], Kind], ...] = (
        (VARIANTS, "variant"),
        (PARTS, "part"),
        (CONTROLS, "control"),
    )
    return next((kind for names, kind in kinds if method in names), "rival")


def _frame(found: Ablations) -> pd.DataFrame:
    """One row per method, as in the figure; Q in its unit, shares in per cent."""
    return pd.DataFrame(
        {
            "method": [row.label for row in found.ranked],
            "Q left": [row.value for row in found.ranked],
            "influence carried": [
                None if row.share is None else 100 * row.share for row in found.ranked
            ],
            f"{found.unit} {'removed' if found.removed else 'kept'}": [
                row.size for row in found.ranked
            ],
        }
    )


def _table(found: Ablations) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        _frame(found),
        hide_index=True,
        placeholder="–",
        height="content",
        column_config={
            "Q left": number(f"Q left ({found.measured_in})", format="%+.3f"),
            "influence carried": number("share of Σ|g| carried", format="%.1f %%"),
        },
    )


def _save(found: Ablations, verdict: str, code: str) -> None:
    """The picture and the numbers as files, behind one button."""
    with save_button() as is_open:
        if not is_open:
            return
        # A picture is for a paper: light, whatever the page is, and of one width.
        scene = ablations_scene(found, px=WIDTH)
        picture = to_svg(scene, palette(False).surface, "What is left of the prediction", verdict)
        picture_and_link(picture, "left", whole=LINKED.get().fits_link)
        save_files(
            (
                *picture_files("left", lambda: picture),
                File(
                    "Numbers (CSV)",
                    "left.csv",
                    "text/csv",
                    lambda: _frame(found).to_csv(index=False),
                ),
            ),
            code,
        )
