"""How sure the word's path is: checked on request, in a sentence and a row for each check."""

from __future__ import annotations

from collections import deque
from html import escape

import streamlit as st

from explainer.app.compute import Request
from explainer.app.compute.explore import word_stability
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent
from explainer.results.beside.stability import BESIDE, EXAMPLE, Stability, StabilityCheck
from explainer.results.pattern import Pattern
from explainer.results.route import Level

CheckedWord = tuple[Request, int]
ASKED = "stability_asked"
"""Where the session keeps what was asked: requests with a word's position, the last ones last."""
MOST_ASKED = 100
"""Questions that are remembered; one that is forgotten has its button again."""
HOW_TO_READ = (
    "The path is looked for again by the other search, by a wider beam, at more points and from "
    f"the other baselines. An example of many ways carries less than {percent(EXAMPLE)} of the "
    "word’s influence; the main way is found by every check, and leaves at most "
    f"{percent(BESIDE)} to all others. Another baseline is another question, too."
)


def stability_of(request: Request, pattern: Pattern, level: Level) -> None:
    """The button, or what the checks have found. Raises ExplainerError."""
    asked: deque[CheckedWord] = st.session_state.setdefault(ASKED, deque(maxlen=MOST_ASKED))
    question = (request, pattern.source)
    if question not in asked:
        st.button(
            "How sure is this path?",
            icon=":material/rule:",
            type="tertiary",
            key="stability",
            help=f"{HOW_TO_READ} This takes several times as long as the explanation.\n\n"
            f"{words('baseline', 'search', 'beam')}",
            on_click=asked.append,
            args=(question,),
        )
        return
    found = word_stability(request, pattern.source)
    st.markdown(plain(found.says(level)), help=f"{HOW_TO_READ}\n\n{words('baseline', 'search')}")
    st.html(table(found, level))
    for warning in found.gap_warnings():
        st.caption(f":material/warning: {plain(warning)}")


def table(found: Stability, level: Level) -> str:
    """A row for each check: what it finds, and how much of the word's influence that carries."""
    rows = "".join(
        f'<tr><th scope="row">{escape(check.name)}</th>'
        f"<td>{escape(_finds(found, check, level))}</td>"
        f"<td>{escape(_carries(check, level))}</td></tr>"
        for check in found.checks
    )
    columns = ("checked by", "finds", "carries")
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return (
        '<table class="ipe-predictions ipe-checks"><caption>Is the path found again?</caption>'
        f"<tr>{head}</tr>{rows}</table>"
    )


def _finds(found: Stability, check: StabilityCheck, level: Level) -> str:
    """What a check finds beside the path, in a few words."""
    if check.found is None:
        return "no influence"
    if found.keeps(check, level):
        return "the same"
    if found.keeps(check, "embedding"):
        return "other heads"
    return f"{percent(found.nodes_kept(check))} of its nodes"


def _carries(check: StabilityCheck, level: Level) -> str:
    return "" if check.found is None else percent(check.found.share(level))
