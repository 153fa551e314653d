"""Masking words by clicking them: what becomes of the text, and of what is asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.masks import count_masks, together
from explainer.app.widgets.question.contrast import of_mask
from explainer.app.widgets.question.kept import WORDS, ask_masked, asked_at_each
from explainer.app.widgets.question.typing_box import hidden_word
from explainer.models.model import Model
from explainer.question.contrast import characters, piece_in_place
from explainer.question.masks.which import at_mask
from explainer.question.sentence import Span, mask_spelling, read_sentence

MASK = "[MASK]"


def masked(text: str, spans: Sequence[Span], mask: re.Pattern[str]) -> tuple[int, ...]:
    """The numbers of the words that are masks; `mask` is how one is spelled."""
    words = (text[start:end] for start, end in spans)
    return tuple(i for i, word in enumerate(words) if mask.fullmatch(word))


def with_words(text: str, spans: Sequence[Span], words: Mapping[int, str]) -> str:
    """The text with other words in the place of those of these numbers."""
    parts = []
    at = 0
    for number, (start, end) in enumerate(spans):
        parts += [text[at:start], words.get(number, text[start:end])]
        at = end
    return "".join(parts) + text[at:]


def clicked(on: Editor[Choices], text: str, spans: tuple[Span, ...], number: int | None) -> None:
    """Mask a word in the place of the one that is masked, or put the word back (None)."""
    chosen = on.choices()
    try:
        loaded = compute.model(chosen.model)
    except ExplainerError:
        return  # a model that has gone since: the page says so
    back = st.session_state.pop(hidden_word(on), None) or _filling(loaded, chosen, 0)
    mask = next(iter(masked(text, spans, mask_spelling(loaded))), None)
    new = with_words(
        text,
        spans,
        ({} if mask is None else {mask: back}) | ({} if number is None else {number: MASK}),
    )
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
    correct = word if _is_piece(loaded, new, word, 0) else None
    ask_masked(on, new, correct, elsewhere=None if mask is None else mask != number)


def toggled(
    on: Editor[Choices], text: str, spans: tuple[Span, ...], numbers: list[int] | None
) -> None:
    """Mask a word beside other masks, or put the word back where one mask was; what is asked at
    the others stays."""
    chosen = on.choices()
    try:
        loaded = compute.model(chosen.model)
    except ExplainerError:
        return  # a model that has gone since: the page says so
    before, after = masked(text, spans, mask_spelling(loaded)), sorted(numbers or [])
    hidden = st.session_state.pop(hidden_word(on), None) if len(before) == 1 else None
    asked = {
        name: dict(zip(before, asked_at_each(chosen, name, len(before)), strict=False))
        for name in WORDS
    }
    words = {
        number: hidden or _filling(loaded, chosen, place)
        for place, number in enumerate(before)
        if number not in after
    }
    new = with_words(text, spans, words | {n: MASK for n in after if n not in before})
    for place, number in enumerate(after):
        word = text[slice(*spans[number])]
        if number not in before and _is_piece(loaded, new, word, place):
            asked["correct"][number] = word
    right, wrong = (together([asked[name].get(n) for n in after]) for name in WORDS)
    on.put(replace(chosen.unselected, text=new, mask=None, correct=right, wrong=wrong))


def _filling(loaded: Model, chosen: Choices, number: int) -> str:
    """What to put in the place of mask `number` (from 0) where no word was hidden: the word asked
    for there, or the best."""
    count = count_masks(chosen.text)
    try:
        sentence = at_mask(read_sentence(loaded, chosen.text), number)
        every = compute.predictions(Reading(chosen.model, chosen.text))
        words = (one.asked for one in of_mask(every, number + 1))
        word = asked_at_each(chosen, "correct", count)[number] or next(filter(None, words), None)
        return (word and characters(loaded, sentence, word)) or "it"
    except (ExplainerError, IndexError):  # a link may have another number of words
        return "it"


def _is_piece(loaded: Model, text: str, word: str, number: int) -> bool:
    """Whether the word that was at mask `number` (from 0) is one piece there: then it is what is
    explained, else the model's own prediction."""
    try:
        sentence = at_mask(read_sentence(loaded, text), number)
        return piece_in_place(loaded, sentence, word) is not None
    except ExplainerError:
        return False
