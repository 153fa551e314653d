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
from explainer.app.compute import AtMask
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.contrast import of_mask
from explainer.app.widgets.question.examples import example_list
from explainer.app.widgets.question.masking import clicked, masked, toggled
from explainer.app.widgets.question.tags import (
    ask_about,
    asked_word,
    shown_tags,
    tags_of_words,
)
from explainer.app.widgets.question.tint import name_of, spans_html
from explainer.app.widgets.question.typing_box import edit_button, typing_box
from explainer.models.model import Model
from explainer.question.sentence import mask_spelling

FOLLOW = "follow"
ALSO = "also mask"
"""To mask a word beside the one that is masked."""
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
                example_list(on)
            more = st.container(width="content")
    return place, click, more


def words(
    on: Editor[Choices],
    loaded: Model,
    predicted: tuple[Prediction, ...],
    said: tuple[AtMask, ...] | None,
    click: DeltaGenerator,
    *,
    follows: bool,
) -> None:
    """The words of the sentence; a click masks one, a click on a mask puts the word back.

    Where the page `follows` words, a click can do that instead, or mask a word beside the masks
    that there are; to a classifier, which has no mask, it is all that one can do; `click` is where
    that is said. A mask shows the likeliest of the words that are `predicted` there, or what is
    `said` of the pieces for which it stands; where that is None it shows nothing. Of a tagger every
    word shows its tag, and a click asks about one.
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
    places = masked(text, spans, mask_spelling(loaded)) if masks else ()
    filled = fillings(places, predicted, said) if places else {}
    for mask, filling in filled.items():
        labels[mask] = f"{plain(filling)} :small[{labels[mask]}]"
    tags = tags_of_words(chosen, predicted) if task == "tagging" and predicted else ()
    tagged = shown_tags(tags)
    for word, tag in tagged.items():
        labels[word] = f"{labels[word]} :small[{plain(tag)}]"
    follows = follows and bool(places or not masks)
    does = _click(on, task) if follows else None
    following = follows and (task not in CLICKS or does == FOLLOW)
    several = len(places) > 1 or (does == ALSO and bool(places))
    clickable = len(spans) <= MOST_WORDS and (masks or bool(tags) or following)
    if clickable:
        with click:
            _clicks_field(on, task, follows=follows, one=len(places) == 1)
    with st.container(width="content", key=f"words_{size_of(len(spans))}_{name_of(text)}"):
        if not clickable:
            shown = spans_html(text, spans, filled, tagged, masks=places)
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
        elif several:
            st.pills(
                "Click a word to mask it too; click a mask to put the word back",
                range(len(spans)),
                selection_mode="multi",
                **chips(labels),
                **on.show("chips", list(places), partial(toggled, on, text, spans), "default"),
            )
        else:
            only = places[0] if places else None
            st.pills(
                "Click a word to mask it; click the mask to put the word back",
                range(len(spans)),
                **chips(labels),
                **on.show("chip", only, partial(clicked, on, text, spans), "default"),
            )


def fillings(
    places: Sequence[int], predicted: tuple[Prediction, ...], said: tuple[AtMask, ...] | None
) -> dict[int, str]:
    """What each mask of the text shows: the likeliest word there, of several pieces each piece."""
    if said is None:
        return {}
    found = {}
    for slot, place in enumerate(places):
        own = [one.predictions[0].word for one in said if one.slot == slot]
        there = of_mask(predicted, slot + 1)
        if own or there:
            found[place] = " ".join(own or [there[0].word])
    return found


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


def _clicks_field(on: Editor[Choices], task: str, *, follows: bool, one: bool) -> None:
    """What a click on a word does, and where it can do two things or more, the choice; where there
    is but one mask, a click may set another."""
    if task in CLICKS and follows:
        also = (ALSO,) if task == "masked-lm" and one else ()
        st.segmented_control(
            "A click on a word",
            (CLICKS[task], *also, FOLLOW),
            required=True,
            label_visibility="collapsed",
            format_func=lambda name: name if name == ALSO else f"click: {name}",
            key=_clicks(on, task),
            default=CLICKS[task],
        )
    else:
        does = f"{CLICKS.get(task, FOLLOW)} it"
        st.caption(f"click a word to {does}")


def _clicks(on: Editor[Choices], task: str) -> str:
    return f"{on.prefix}_clicks" if task == "masked-lm" else f"{on.prefix}_clicks_{task}"


def _click(on: Editor[Choices], task: str) -> str | None:
    """What a click has been chosen to do."""
    found: str | None = st.session_state.get(_clicks(on, task))
    return found


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


def has_mask(loaded: Model, text: str) -> bool:
    """Whether the text has a mask in any of its spellings."""
    return mask_spelling(loaded).search(text) is not None
