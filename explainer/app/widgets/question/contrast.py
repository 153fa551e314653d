"""The contrast: the word or class to explain, and its rival."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET, Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.kept import choose_answer
from explainer.models.model import Model
from explainer.question.labels import asked_classes, class_number
from explainer.question.quantity import Contrast


def contrast_fields(on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]) -> None:
    """The fields that fit the model's task; `predicted` are its words for the text as it is."""
    if loaded.info.task == "masked-lm":
        _word_contrast(on, predicted)
    else:
        _class_contrast(on, loaded)


def _word_contrast(on: Editor[Choices], predicted: tuple[Prediction, ...]) -> None:
    """The word to explain and its rival, from the top predictions or typed."""
    chosen = on.choices()
    likely = [p.asked for p in predicted if p.asked is not None]
    own = _own_choice(chosen) if predicted else {}
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
            **on.show_option(name, _with(value, likely), value, partial(choose_answer, on, name)),
        )


def _own_choice(chosen: Choices) -> dict[str, str]:
    """What is taken where no word is chosen; what is wrong with the question is said elsewhere."""
    asked = {"correct": chosen.correct, "wrong": chosen.wrong}
    if None not in asked.values():  # nobody needs a turn of the queue to learn that
        return {}
    try:
        taken = compute.contrasted(Reading(chosen.model, chosen.text), Contrast(**asked))
    except ExplainerError:
        return {}
    names = zip(asked, taken, strict=True)
    return {name: word for name, word in names if asked[name] is None and word is not None}


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
            **on.show_option(name, _with(value, classes), value, partial(choose_answer, on, name)),
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
