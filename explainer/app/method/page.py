"""The method page from top to bottom: one example, followed from its number to its patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app import compute
from explainer.app.method.flow import flow_section
from explainer.app.method.lesson import EDITOR, LINKED, Lesson, explored
from explainer.app.method.limits import limits_section
from explainer.app.method.path import path_section, quantity_section
from explainer.app.method.steps import component_section, node_section
from explainer.app.method.words import words_section
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET
from explainer.app.state.pooled import named
from explainer.app.widgets.frame.notes import show_error, show_notes
from explainer.app.widgets.frame.page import page_frame
from explainer.app.widgets.question.asking import EXPLAINING
from explainer.app.widgets.question.examples import Example, examples
from explainer.figures.canvas import wording
from explainer.figures.canvas.text import brief

OWN = "own {}"
"""The option of a question of the reader's own; no example is called so."""
NOTHING = (
    "No word has any influence here: to the model the sentence is the same as its baseline, word "
    "for word. Choose an example, or another sentence on Explore."
)
LEAD = (
    "How much does each word matter to a prediction, and which way does that take through the "
    "model? Five steps, on a live example."
)


def method_page() -> None:
    """Draw the page."""
    with page_frame(LINKED, "Method", LEAD) as frame:
        listed = {listing.name for listing in compute.listings()}
        with st.container(horizontal=True, vertical_alignment="bottom", key="example_row"):
            _example_field(tuple(e for e in examples() if e.model in listed))
            word_place = st.container(width=220)
            _explore_link()
        place = st.container()
        try:
            with place, st.spinner(EXPLAINING):
                explanation = compute.explanation(LINKED.get().request)
        except ExplainerError as error:
            show_error(error, place)
            return
        if not explanation.patterns:
            place.info(NOTHING, icon=":material/info:")
            return
        show_notes(place, _mend(explanation))
        with word_place:
            _word_field(explanation)
        _lesson(explanation, frame.width)


def _lesson(explanation: Explanation, width: float) -> None:
    """The sections, about the word that is followed."""
    source = LINKED.get().word
    pattern = next(p for p in explanation.patterns if source is None or p.source == source)
    with st.container(key="method"):
        quantity_section(explanation)
        path_section(explanation, pattern)
        node_section(explanation, pattern, width)
        component_section(explanation, pattern, width)
        flow_section(explanation)
        limits_section(explanation, pattern)
        words_section()


def _example_field(known: tuple[Example, ...]) -> None:
    texts: list[str] = [example.text for example in known]
    lesson = LINKED.get()
    # The question of one's own that is shown, and another one that has been explored since.
    owns = list(dict.fromkeys(filter(None, (lesson.own, explored()))))
    current = lesson.text if lesson.own is None else OWN.format(0)
    if lesson.own is None and current not in texts:
        texts = [current, *texts]
    named_owns = {
        OWN.format(number): f"{brief(own.text)} (your own, {named(own.model)})"
        for number, own in enumerate(owns)
    }
    st.selectbox(
        "Example",
        help="A sentence and question of your own, of any model, come from the Explore page.",
        width=560,
        format_func=lambda option: named_owns.get(option, option),
        **EDITOR.show_option(
            "text",
            [*named_owns, *texts],
            current,
            partial(_choose, dict(zip(named_owns, owns, strict=True))),
        ),
    )


def _explore_link() -> None:
    lesson = LINKED.get()
    asked = lesson.own
    if asked is None:
        found = lesson.example
        asked = Choices(
            model=found.model, text=found.text, correct=found.correct, wrong=found.wrong
        )
    st.page_link(
        "pages/explore.py",
        label="Open in Explore",
        icon=":material/arrow_forward:",
        # The text is always named: an empty link would leave Explore as it is.
        query_params={"text": asked.text, **asked.to_query()},
    )


def _choose(owns: Mapping[str, Choices], option: str | None) -> None:
    if option is not None:
        new = Lesson(own=owns[option]) if option in owns else Lesson(text=option)
        LINKED.put(replace(new, points=LINKED.get().points, rule=LINKED.get().rule))


def _word_field(explanation: Explanation) -> None:
    sources = [pattern.source for pattern in explanation.patterns]

    def name(source: int | str) -> str:
        place = sources[0] if source == UNSET else int(source)
        strongest = ", the strongest" if source == UNSET else ""
        return wording.name(explanation, place) + strongest

    st.selectbox(
        "Word to follow",
        format_func=name,
        **EDITOR.show_option("word", [UNSET, *sources[1:]], LINKED.get().word, _follow),
    )


def _follow(word: int | None) -> None:
    EDITOR.change(word=word, node=Lesson.node, block=Lesson.block)


def _mend(explanation: Explanation) -> list[str]:
    """Drop what this example does not have; a note for each."""
    lesson, layers = LINKED.get(), explanation.model.layers
    sources = [pattern.source for pattern in explanation.patterns]
    notes = []
    changes: dict[str, int | None] = {}
    if lesson.word is not None and lesson.word not in sources:
        notes.append(f"Token {lesson.word} has no pattern in this example.")
        changes["word"] = None
    elif lesson.word == sources[0]:
        changes["word"] = None
    if not 1 <= lesson.node <= layers:
        notes.append(f"The model has no hidden state {lesson.node} to choose: 1 is shown.")
        changes["node"] = 1
    if lesson.block >= layers:
        notes.append(f"The model has no block {lesson.block}: block 0 is shown.")
        changes["block"] = 0
    if changes:
        EDITOR.change(**changes)
    return notes
