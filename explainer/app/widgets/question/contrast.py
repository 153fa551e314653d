"""The contrast: the word or class to explain, and its rival."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from explainer import ExplainerError, Prediction
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET, Editor
from explainer.app.widgets.markdown import plain
from explainer.models.model import Model
from explainer.question.contrast import contrast_id
from explainer.question.labels import asked_classes, class_number
from explainer.question.sentence import read_sentence


def contrast_fields(on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]) -> None:
    """The fields that fit the model's task; `predicted` are its words for the text as it is."""
    if loaded.info.task == "masked-lm":
        _word_contrast(on, loaded, predicted)
    else:
        _class_contrast(on, loaded)


def _word_contrast(on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]) -> None:
    """The word to explain and its rival, from the top predictions or typed."""
    chosen = on.choices()
    likely = [p.asked for p in predicted if p.asked is not None]
    own = _own_choice(loaded, chosen, predicted)
    for name, label, column in zip(
        ("correct", "wrong"),
        ("Why this word", "rather than"),
        st.columns(2, gap="small"),
        strict=True,
    ):
        value = getattr(chosen, name)
        # No probabilities in the labels: where typed words are allowed, Streamlit hands back a
        # label that the next sentence has changed as if somebody had typed it.
        column.selectbox(
            f"{label} · {plain(own[name])}" if name in own else label,
            format_func=partial(_or_unset, "the model’s choice"),
            accept_new_options=True,
            **on.show_option(name, _with(value, likely), value, partial(_word_changed, on, name)),
        )


def _own_choice(
    loaded: Model, chosen: Choices, predicted: tuple[Prediction, ...]
) -> dict[str, str]:
    """What the model takes where no word is chosen: its best predictions that are still free."""
    given = {name: getattr(chosen, name) for name in ("correct", "wrong")}
    taken = {_number(loaded, chosen.text, word) for word in given.values() if word is not None}
    free = [p.word for p in predicted if p.asked is not None and p.id not in taken]
    empty = [name for name, word in given.items() if word is None]
    return dict(zip(empty, free, strict=False))


def _number(loaded: Model, text: str, word: str) -> int | None:
    """The token that a word is in the sentence; what is wrong with either is said elsewhere."""
    try:
        return contrast_id(loaded, read_sentence(loaded, text), word)
    except ExplainerError:
        return None


def _word_changed(on: Editor[Choices], name: str, word: str | None) -> None:
    word = word.strip() if word else None
    on.put(on.choices().unselected)
    on.change(**{name: word or None})


def _class_contrast(on: Editor[Choices], loaded: Model) -> None:
    """The class to explain and its rival."""
    if loaded.info.head != "choice":
        rest = "nothing"
    else:
        rest = "all others" if len(loaded.labels) != 2 else "the other one"
    classes = asked_classes(loaded)
    for name, label, unset, column in zip(
        ("label", "other"),
        ("Why this class", "rather than"),
        ("the model’s prediction", rest),
        st.columns(2, gap="small"),
        strict=True,
    ):
        value = _class_option(loaded, classes, getattr(on.choices(), name))
        column.selectbox(
            label,
            format_func=partial(_or_unset, unset),
            **on.show_option(name, _with(value, classes), value, partial(_word_changed, on, name)),
        )


def _class_option(loaded: Model, classes: Sequence[str], label: str | None) -> str | None:
    """The option for a label that a link may name by its number or in another case."""
    if label is None:
        return None
    try:
        return classes[class_number(loaded, label)]
    except ExplainerError:
        return label


def _or_unset(unset: str, option: str) -> str:
    return unset if option == UNSET else option


def _with(value: str | None, options: Sequence[str]) -> list[str]:
    """No choice, the options, and a value that is neither (what is wrong with it is said above)."""
    found = [UNSET, *options]
    return found if value is None or value in found else [*found, value]
