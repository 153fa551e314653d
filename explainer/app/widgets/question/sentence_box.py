"""The sentence: its box, the examples, and its words as chips to mask by a click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.examples import Example, examples
from explainer.app.widgets.question.kept import ask_masked
from explainer.app.widgets.question.masking import mask_word, masked
from explainer.app.widgets.question.tags import (
    ask_about,
    asked_word,
    shown_tags,
    tags_of_words,
)
from explainer.app.widgets.question.tint import name_of, spans_html
from explainer.app.widgets.question.typing_box import edit_button, hidden_word, typing_box
from explainer.models.model import Model
from explainer.question.contrast import characters, piece_in_place
from explainer.question.sentence import Span, mask_spelling, read_sentence

FOLLOW = "follow"
CLICKS = {"masked-lm": "mask", "tagging": "ask about"}
"""What a click on a word does beside following it, by the model's task."""
MOST_WORDS = 80
"""Words that can be clicked; a longer text is shown as text."""
LARGE, MEDIUM = 16, 40
"""Words up to which they are large, and of middling size."""
INVISIBLE = "\u200b"
"""A space of no width."""


def sentence_box(
    on: Editor[Choices],
) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """The box to type in and the examples.

    Where the sentence's words go, in the box's place, what is said of a click on one, and what else
    can be opened.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="sentence_row"
    ):
        typing_box(on)
        place = st.container(width="content", key="chips")
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            gap="xsmall",
            width="content",
            key="sentence_tools",
        ):
            click = st.container(width="content")
            edit_button()
            popover = st.popover("Examples", type="tertiary", key="examples")
            with popover.container(gap="xxsmall"):
                _example_list(on)
            more = st.container(width="content")
    return place, click, more


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
    st.session_state.pop(hidden_word(on), None)
    chosen = replace(
        on.choices().unselected,
        text=example.text,
        pair=None,
        correct=example.correct,
        wrong=example.wrong,
        label=None,
        other=None,
    )
    on.put(replace(chosen, model=example.model) if with_model else chosen)


def words(
    on: Editor[Choices],
    loaded: Model,
    predicted: tuple[Prediction, ...],
    click: DeltaGenerator,
    *,
    follows: bool,
) -> None:
    """The words of the sentence; a click masks one, a click on the mask puts the word back.

    Where the page `follows` words, a click can do that instead; to a classifier, which has no mask,
    it is all that one can do; `click` is where that is said. The mask shows the likeliest of the
    words that are `predicted`. Of a tagger every word shows its tag, and a click asks about one.
    """
    chosen = on.choices()
    try:
        spans = compute.words(chosen.model, chosen.text)
    except ExplainerError:
        return  # reading the sentence says what is wrong with it
    text, task = chosen.text, loaded.info.task
    masks = task == "masked-lm"
    if not spans:
        return
    labels = chip_labels([text[slice(*span)] for span in spans])
    mask = masked(text, spans, mask_spelling(loaded)) if masks else None
    if mask is not None and predicted:
        labels[mask] = f"{plain(predicted[0].word)} :small[{labels[mask]}]"
    tags = tags_of_words(chosen, predicted) if task == "tagging" and predicted else ()
    tagged = shown_tags(tags)
    for word, tag in tagged.items():
        labels[word] = f"{labels[word]} :small[{plain(tag)}]"
    follows = follows and (mask is not None or not masks)
    following = follows and (task not in CLICKS or _follows(on, task))
    clickable = len(spans) <= MOST_WORDS and (masks or bool(tags) or following)
    if clickable:
        with click:
            _clicks_field(on, task, follows=follows)
    with st.container(width="content", key=f"words_{size_of(len(spans))}_{name_of(text)}"):
        if not clickable:
            filling = predicted[0].word if predicted and masks else None
            shown = spans_html(text, spans, mask, filling, tagged)
            st.html(f'<p class="ipe-text" tabindex="0">{shown}</p>')
        elif following:
            st.pills(
                "Click a word to follow it",
                range(len(spans)),
                **chips(labels),
                **on.show("follow", _followed(chosen), partial(_follow, on), "default"),
            )
        elif tags:
            number = asked_word(loaded, chosen, tags)
            st.pills(
                "Click a word to ask about its tag",
                range(len(spans)),
                **chips(labels),
                **on.show("tagged_word", number, partial(ask_about, on, tags), "default"),
            )
        else:
            st.pills(
                "Click a word to mask it; click the mask to put the word back",
                range(len(spans)),
                **chips(labels),
                **on.show("chip", mask, partial(_clicked, on, text, spans), "default"),
            )


def chips(labels: Sequence[str]) -> dict[str, Any]:
    """How words look as chips."""
    return {
        "label_visibility": "collapsed",
        "wrap": True,
        "format_func": labels.__getitem__,
    }


def size_of(count: int) -> str:
    """How large so many words are."""
    return "large" if count <= LARGE else "medium" if count <= MEDIUM else "small"


def _clicks_field(on: Editor[Choices], task: str, *, follows: bool) -> None:
    """What a click on a word does, and where it can do two things, the choice."""
    if task in CLICKS and follows:
        st.segmented_control(
            "A click on a word",
            (CLICKS[task], FOLLOW),
            required=True,
            label_visibility="collapsed",
            format_func=lambda name: f"click: {name}",
            key=_clicks(on, task),
            default=CLICKS[task],
        )
    else:
        does = f"{CLICKS.get(task, FOLLOW)} it"
        st.caption(f"click a word to {does}")


def _clicks(on: Editor[Choices], task: str) -> str:
    return f"{on.prefix}_clicks" if task == "masked-lm" else f"{on.prefix}_clicks_{task}"


def _follows(on: Editor[Choices], task: str) -> bool:
    return st.session_state.get(_clicks(on, task)) == FOLLOW


def _followed(chosen: Choices) -> int | None:
    """The number of the word that is selected."""
    try:
        tokens = _word_tokens(chosen)
    except ExplainerError:
        return None
    return next((i for i, places in enumerate(tokens) if chosen.word in places), None)


def _word_tokens(chosen: Choices) -> tuple[tuple[int, ...], ...]:
    """The positions of each word's tokens as the question has them; raises ExplainerError."""
    contrast = contrast_for(chosen, compute.model(chosen.model).info.task)
    return compute.word_tokens(chosen.model, chosen.text, contrast)


def _follow(on: Editor[Choices], number: int | None) -> None:
    """Select a word by its first token; a second click selects none."""
    chosen = on.choices()
    try:
        tokens = _word_tokens(chosen)
    except ExplainerError:
        return  # a model that has gone since: the page says so
    places = () if number is None else tokens[number]
    on.put(replace(chosen.unselected, word=places[0] if places else None))


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
    back = st.session_state.pop(hidden_word(on), None) or _filling(loaded, chosen)
    mask = masked(text, spans, mask_spelling(loaded))
    new = mask_word(text, spans, mask_spelling(loaded), number, back)
    unmasked = f"{on.prefix}_unmasked"
    if number is None:
        st.session_state[unmasked] = (new, mask)
        on.put(replace(chosen.unselected, text=new))
        return
    if mask is None:  # then it may have been taken away by a click, from here
        last, place = st.session_state.get(unmasked, (None, None))
        mask = place if last == text else None
    word = text[slice(*spans[number])]
    st.session_state[hidden_word(on)] = word
    correct = word if _is_piece(loaded, new, word) else None
    ask_masked(on, new, correct, elsewhere=None if mask is None else mask != number)


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
