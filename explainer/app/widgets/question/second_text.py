"""The second text, read with the sentence or compared with it: its words, and its box."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.question.passage import HINT, passage_words
from explainer.app.widgets.question.sentence_box import MOST_WORDS
from explainer.app.widgets.question.tint import second_name, spans_html
from explainer.question.sentence import Span

HELP = (
    "What the model reads together with the sentence: what is to follow from it, its paraphrase, "
    "or the passage that a question is about. A sentence encoder reads each by itself, and "
    "compares them."
)


@dataclass(frozen=True)
class SecondPlaces:
    """Where the second text goes, and where its box is opened while there is none.

    Where it is `boxed`, its words stand in the box and nowhere else.
    """

    text: DeltaGenerator
    opens: DeltaGenerator
    boxed: bool = False


def second_text(
    on: Editor[Choices],
    places: SecondPlaces,
    found: Span | None = None,
    *,
    wanted: bool = False,
    answers: bool = False,
) -> None:
    """The words of the second text, if there is one, and what opens its box.

    Those from and up to the characters `found` are marked, as the answer, and where there are
    `answers` in it, a click on words asks about another. Where there is no second text and one is
    `wanted`, the box is open.
    """
    pair = on.choices().pair
    if (wanted and pair is None) or (places.boxed and pair is not None):
        with places.text:
            _typing(on)
        return
    if pair is None:
        with places.opens:
            _popover(on, "Second text")
        return
    row = places.text.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="second_row"
    )
    with row:
        spans = _spans(on.choices().model, pair)
        start, end = found or (0, 0)
        marked = {number for number, (a, b) in enumerate(spans) if a < end and b > start}
        clickable = answers and 0 < len(spans) <= MOST_WORDS
        with st.container(width="content", key=f"second_words_{second_name(pair)}"):
            if clickable:
                passage_words(on, pair, spans, marked)
            else:
                shown = spans_html(pair, spans, marked=marked)
                st.html(f'<p class="ipe-text" tabindex="0">{shown}</p>')
        if clickable:
            st.caption(HINT, width="content")
        _popover(on, "Edit second text")


def _popover(on: Editor[Choices], name: str) -> None:
    with st.popover(name, type="tertiary", key=f"second_text_{on.prefix}"):
        _typing(on)
        if on.choices().pair is not None:
            st.button("Remove it", key=f"{on.prefix}_no_pair", on_click=_typed, args=(on, ""))


def _typing(on: Editor[Choices]) -> None:
    st.text_input(
        "Second text",
        placeholder="Type it, then press Enter",
        help=HELP,
        **on.show("pair", on.choices().pair or "", partial(_typed, on)),
    )


def _typed(on: Editor[Choices], text: str) -> None:
    on.put(replace(on.choices().unselected, pair=" ".join(text.splitlines()) or None))


def _spans(model: str, pair: str) -> tuple[Span, ...]:
    try:
        return compute.words(model, pair)
    except ExplainerError:
        return ()  # reading both texts says what is wrong with it
