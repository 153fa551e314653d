"""The question as a line of text: what is asked of which model, with its words to click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.pooled import named
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question import controls
from explainer.app.widgets.question.contrast import Choice
from explainer.app.widgets.question.pooling import pooling_field
from explainer.figures.canvas.text import brief

BETWEEN = {"correct": "Why", "wrong": "rather than", "tagged": "for", "mask": "at"}
"""What stands before each answer, before the word that has a tag, and before the masks."""


def question_line(
    on: Editor[Choices], *, follows: bool = False
) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The line with the model and the settings; where in it the answers go, and below the model's
    name what kind it is, which both come later."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="question_line"
    ):
        answers = st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
        )
        _says("to the model")
        name = on.choices().model
        # Of a folder or hub id, its own name.
        short = named(name).rstrip("/").rsplit("/", 1)[-1] or name
        with _word("model", short):
            controls.model_field(on)
            pooling_field(on)
            kind = st.empty()
        controls.settings_popover(on, follows=follows, quiet=True)
    return answers, kind


def answers_line(on: Editor[Choices], choices: Sequence[Choice]) -> None:
    """The two answers in words, and the word they are of; a click on one opens its box."""
    if not choices:
        _says("What makes the second text near")
    for choice in choices:
        _says(BETWEEN[choice.role])
        with _word(f"{on.prefix}_ask_{choice.role}", choice.says):
            choice.draw()


def _word(key: str, says: str) -> DeltaGenerator:
    return st.popover(f"**{plain(brief(says, 30))}**", type="tertiary", key=key)


def _says(text: str) -> None:
    st.markdown(text, width="content")
