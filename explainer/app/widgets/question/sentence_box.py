"""The sentence: its box, the examples, and its words as chips to mask by a click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.examples import Example, examples
from explainer.app.widgets.question.kept import type_text
from explainer.app.widgets.question.masking import mask_word, masked
from explainer.models.model import Model
from explainer.question.contrast import characters, piece_in_place
from explainer.question.sentence import Span, mask_spelling, read_sentence

MOST_CHIPS = 80
INVISIBLE = "\u200b"
"""A space of no width."""


def sentence_box(on: Editor[Choices]) -> None:
    """The text field with the examples beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="sentence_row"):
        st.text_input(
            "Sentence",
            label_visibility="collapsed",
            placeholder="Type a sentence with [MASK], then press Enter",
            **on.show("text", on.choices().text, partial(_typed, on)),
        )
        popover = st.popover("Examples", icon=":material/menu_book:", key="examples")
        with popover.container(gap="xxsmall"):
            _example_list(on)


def _hidden_word(on: Editor[Choices]) -> str:
    """Where the session keeps the word that the mask has taken the place of."""
    return f"{on.prefix}_hidden_word"


def _typed(on: Editor[Choices], text: str) -> None:
    st.session_state.pop(_hidden_word(on), None)
    type_text(on, text)


def _example_list(on: Editor[Choices]) -> None:
    known = {listing.name for listing in compute.listings() if listing.kind == "built-in"}
    group = None
    for number, example in enumerate(examples()):
        # Any masked LM can read the examples of another one; a classifier cannot.
        if example.model not in known and example.correct is None:
            continue
        if example.group != group:
            group = example.group
            st.caption(group)
        st.button(
            plain(example.text),
            key=f"example_{number}",
            type="tertiary",
            on_click=_choose_example,
            args=(on, example, example.model in known),
        )


def _choose_example(on: Editor[Choices], example: Example, with_model: bool) -> None:
    st.session_state.pop(_hidden_word(on), None)
    chosen = replace(
        on.choices().unselected,
        text=example.text,
        correct=example.correct,
        wrong=example.wrong,
        label=None,
        other=None,
    )
    on.put(replace(chosen, model=example.model) if with_model else chosen)


def chips(on: Editor[Choices], loaded: Model) -> None:
    """The words of the sentence; a click masks one, a click on the mask puts the word back."""
    chosen = on.choices()
    try:
        spans = compute.words(chosen.model, chosen.text)
    except ExplainerError:
        return  # reading the sentence says what is wrong with it
    text = chosen.text
    if not 0 < len(spans) <= MOST_CHIPS:
        return
    labels = chip_labels([text[slice(*span)] for span in spans])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chips"):
        st.caption("Click a word to mask it", width="content")
        st.pills(
            "Click a word to mask it; click the mask to put the word back",
            range(len(spans)),
            label_visibility="collapsed",
            wrap=True,
            format_func=labels.__getitem__,
            **on.show(
                "chip",
                masked(text, spans, mask_spelling(loaded)),
                partial(_clicked, on, text, spans),
                "default",
            ),
        )


def chip_labels(words: Sequence[str]) -> list[str]:
    """A label for each word, all different: Streamlit tells chips apart by their labels alone."""
    seen: Counter[str] = Counter()
    labels = []
    for word in words:
        labels.append((plain(word) or "␣") + INVISIBLE * seen[word])
        seen[word] += 1
    return labels


def _clicked(on: Editor[Choices], text: str, spans: tuple[Span, ...], number: int | None) -> None:
    chosen = on.choices()
    try:
        loaded = compute.model(chosen.model)
    except ExplainerError:
        return  # a model that has gone since: the page says so
    back = st.session_state.pop(_hidden_word(on), None) or _filling(loaded, chosen)
    new = mask_word(text, spans, mask_spelling(loaded), number, back)
    if number is None:
        on.put(replace(chosen.unselected, text=new))
        return
    word = text[slice(*spans[number])]
    st.session_state[_hidden_word(on)] = word
    correct = word if _is_piece(loaded, new, word) else None
    on.put(replace(chosen.unselected, text=new, correct=correct, wrong=None))


def _filling(loaded: Model, chosen: Choices) -> str:
    """What to put in the mask's place where no word was hidden: the word asked for, or the best."""
    try:
        sentence = read_sentence(loaded, chosen.text)
        words = (p.asked for p in compute.predictions(Reading(chosen.model, chosen.text)))
        word = chosen.correct or next(filter(None, words), None)
        return (word and characters(loaded, sentence, word)) or "it"
    except ExplainerError:
        return "it"


def _is_piece(loaded: Model, text: str, word: str) -> bool:
    """Whether the word that was at the mask is one piece there: then it is what is explained,
    else the model's own prediction."""
    try:
        return piece_in_place(loaded, read_sentence(loaded, text), word) is not None
    except ExplainerError:
        return False


def has_mask(loaded: Model, text: str) -> bool:
    """Whether the text has a mask in any of its spellings."""
    return mask_spelling(loaded).search(text) is not None
