"""The figures of a task, each under the claim of the paper that it is about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explainer.app.evaluate.chart import task_chart
from explainer.app.evaluate.choices import ENTROPIES
from explainer.app.evaluate.performance import performance_figures
from explainer.app.evaluate.results import Results
from explainer.app.evaluate.state import INQUIRY, LINKED
from explainer.app.widgets.frame.viewport import column_width, columns, is_dark
from explainer.app.widgets.markdown import plain
from explainer.evaluation.evidence.consistency import LEAST
from explainer.evaluation.evidence.finding import Finding
from explainer.evaluation.evidence.findings import findings
from explainer.evaluation.evidence.rows import row_of
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.evidence.verdicts import Verdict, Word
from explainer.evaluation.evidence.written import written_row
from explainer.figures.charts.evaluation import consistency_scene, skip_scene

ICONS: dict[Word, str] = {
    "confirmed": ":material/check_circle:",
    "not confirmed": ":material/cancel:",
    "cannot tell": ":material/help:",
}


def task_figures(results: Results, task: str, width: float) -> None:
    """Everything about one task, or about all of them."""
    if not (results.numbers["task"] == task).any():
        st.info(plain(f"There are no results of {task} yet: measure it now."))
        return
    half = column_width(width)
    skip, consistency, performance = results.findings
    everywhere = task != EVERY_TASK and results.numbers["task"].nunique() > 1
    of = "Over all tasks: " if everywhere else ""
    numbers, forms = _of_task(results.numbers, task), _of_task(results.forms, task)
    alone = _alone(numbers, forms) if everywhere else ()
    _claim(performance, of)
    _in_task(alone[2:], task)
    performance_figures(results, task, width, half)
    with st.expander("All of these comparisons in words"):
        _points(performance, of)
    left, right = columns(width)
    with left:
        _claim(skip, of)
        _in_task(alone[:1], task)
        _points(skip, of)
        _skip(results.numbers, task, half)
    with right:
        _claim(consistency, of)
        _in_task(alone[1:2], task)
        _points(consistency, of)
        _consistency(results.forms, task, half)


def _claim(finding: Finding, of: str) -> None:
    """What the paper says, the verdict on it, each test with its control, and what would have
    refuted it."""
    st.subheader(f"The paper: “{finding.claim.rstrip('.')}”", anchor=False)
    verdict = f"{of}{finding.verdict}" if of else finding.verdict.capitalize()
    st.markdown(f"{ICONS[finding.verdict]} **{verdict}**")
    st.markdown("\n".join(f"- {_test(test)}" for test in finding.tests))
    st.caption(plain(finding.control))


def _of_task(table: pd.DataFrame, task: str) -> pd.DataFrame:
    return table if table.empty else table[table["task"] == task]


# Resampling takes a while, and not every click shall wait for it.
@st.cache_data(max_entries=20, show_spinner=False)
def _alone(numbers: pd.DataFrame, forms: pd.DataFrame) -> Sequence[Finding]:
    """The findings of one task by itself."""
    return findings(numbers, forms)


def _in_task(alone: Sequence[Finding], task: str) -> None:
    """The verdict on the chosen task alone, and behind it the same tests with its numbers."""
    for finding in alone:
        with st.expander(f"{ICONS[finding.verdict]} In {plain(task)} alone: {finding.verdict}"):
            st.markdown("\n".join(f"- {_test(test)}" for test in finding.tests))


def _test(test: Verdict) -> str:
    """A test in a line: the word on it, what is asked, and why."""
    word = f"{ICONS[test.word]} **{test.word.capitalize()}**"
    return f"{word}: {plain(test.test)}. {plain(test.why)}"


def _points(finding: Finding, of: str) -> None:
    """What a run says to it, a list where that is much."""
    first, *others = finding.points
    mark = "- " if others else ""
    st.markdown("\n".join(mark + plain(point) for point in (of + first, *others)))


def _skip(numbers: pd.DataFrame, task: str, px: float) -> None:
    """Skip's share of every block: a line for the task, or one for each."""
    every = numbers["task"] == EVERY_TASK
    chosen = numbers[~every] if task == EVERY_TASK else numbers[numbers["task"] == task]
    title = "Skip connections’ share of all influence, by block"
    whole = row_of(numbers[numbers["task"] == task], "skip flow")
    mean = "" if whole is None else f": {written_row(whole)} in the mean"
    task_chart("skip", skip_scene(chosen, title=title, dark=is_dark(), px=px), f"{title}{mean}.")


def _consistency(forms: pd.DataFrame, task: str, px: float) -> None:
    """Accuracy against entropy, a dot for every form of sentence."""
    chosen = forms if task == EVERY_TASK or forms.empty else forms[forms["task"] == task]
    if chosen.empty:
        st.caption(
            f"A form of sentence needs at least {LEAST} sentences (of one combination, with as "
            "many tokens and the subject at one place): measure more."
        )
        return
    entropy = LINKED.get().entropy
    st.segmented_control(
        "Entropy of patterns",
        ENTROPIES,
        required=True,
        label_visibility="collapsed",
        format_func=lambda name: name.removesuffix(" entropy").capitalize(),
        **INQUIRY.bound("entropy", "default"),
    )
    forms_of = chosen.drop_duplicates(["task", "combination"])
    title = f"Accuracy and {entropy} of {len(forms_of)} forms of sentence"
    scene = consistency_scene(chosen, entropy, title=title, dark=is_dark(), px=px)
    task_chart("consistency", scene, f"{title}, a dot for each.")
