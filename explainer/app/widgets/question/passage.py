"""The words of a reader's passage: clicking its first and its last word asks about an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.question.kept import choose_answer, say
from explainer.app.widgets.question.sentence_box import chip_labels, chips
from explainer.question.sentence import Span

HINT = "click an answer’s first and last word"


def passage_words(
    on: Editor[Choices], pair: str, spans: Sequence[Span], marked: Collection[int]
) -> None:
    """The words of the passage `pair` as chips; those `marked`, by number, are the answer.

    A click begins an answer, which the next one ends; on the only word of one that it has begun, it
    leaves the answer to the model.
    """
    shown = sorted(marked)
    labels = chip_labels([pair[slice(*span)] for span in spans])
    st.pills(
        "Click the first and the last word of an answer to ask about it",
        range(len(spans)),
        selection_mode="multi",
        **chips(labels),
        **on.show("passage", shown, partial(_clicked, on, shown), "default"),
    )


def _clicked(on: Editor[Choices], shown: Sequence[int], picked: Sequence[int]) -> None:
    chosen = on.choices()
    turned = {*shown} ^ {*picked}
    if len(turned) != 1:
        return
    (number,) = turned
    asked, begun = st.session_state.pop(_begun(on), (None, None))
    if begun is None or asked != _asked(chosen):
        begun = number
    elif begun == number:
        choose_answer(on, "answer", None)
        return
    reading = Reading(chosen.model, chosen.text, pair=chosen.pair)
    first, last = sorted((begun, number))
    try:
        answer = compute.answer_between(reading, first, last)
    except ExplainerError as error:
        say(on, (error.on_page,))
        return
    choose_answer(on, "answer", answer)
    if first == last:
        st.session_state[_begun(on)] = _asked(on.choices()), number


def _asked(chosen: Choices) -> tuple[str | None, ...]:
    return chosen.model, chosen.text, chosen.pair, chosen.answer


def _begun(on: Editor[Choices]) -> str:
    """Where the session keeps the word that a click began an answer with, and what it asked."""
    return f"{on.prefix}_answer_begun"
