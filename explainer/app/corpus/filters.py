"""Which of the sentences: a group, another beside it, right or wrong answers, those with a word."""

from __future__ import annotations

import streamlit as st

from explainer.app.compute.runs.corpus import groups
from explainer.app.corpus.choices import ANSWERS, Answers, Survey
from explainer.app.corpus.sources import Known
from explainer.app.corpus.state import LINKED, SURVEY
from explainer.app.state.editor import UNSET
from explainer.app.widgets.markdown import plain
from explainer.corpus.common import Chosen

ANSWER_NAMES: dict[Answers, str] = {"all": "All", "right": "Right", "wrong": "Wrong"}
MOST_GROUPS = 200
"""Groups that a list names."""


def filters(known: Known) -> None:
    """The row of choices."""
    found = groups(known.sentences)[:MOST_GROUPS]
    survey = LINKED.get()
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="corpus_filters"
    ):
        if len(found) > 1:
            _group_field("group", "Group", "all groups", found, survey.group)
            others = tuple(name for name in found if name != survey.group)
            if survey.group is not None:
                _group_field("beside", "Beside", "no other group", others, survey.beside)
        st.segmented_control(
            "Answers",
            ANSWERS,
            required=True,
            format_func=ANSWER_NAMES.__getitem__,
            help="Right: the answer asked about is preferred to its rival.",
            **SURVEY.bound("answers", "default"),
        )
        st.text_input(
            "With the token",
            width=160,
            placeholder="any",
            help="As the model reads it: a word, or a piece such as ##s.",
            **SURVEY.show("word", survey.word or "", _word_changed),
        )
    for name in ("group", "beside"):
        asked = getattr(survey, name)
        if asked is not None and asked not in found:
            st.info(plain(f"There is no group {asked} among them: all are shown."))


def _group_field(
    name: str, label: str, none: str, found: tuple[str, ...], chosen: str | None
) -> None:
    st.selectbox(
        label,
        width=200,
        format_func=lambda group: none if group == UNSET else group,
        **SURVEY.show_option(
            name,
            (UNSET, *found),
            chosen if chosen in found else None,
            lambda group: _choose(name, group),
        ),
    )


def _choose(name: str, group: str | None) -> None:
    gone = {"beside": None} if name == "group" and group is None else {}
    SURVEY.change(**{name: group, "at": None, **gone})


def _word_changed(word: str) -> None:
    SURVEY.change(word=word.strip() or None, at=None)


def chosen_of(survey: Survey, known: Known) -> Chosen:
    """The choice, without a group that is not there."""
    group = survey.group if survey.group in groups(known.sentences) else None
    return Chosen(group, survey.right, survey.word)
