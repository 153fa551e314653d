"""The contrast: the word or class to explain, and its rival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET, Editor
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.kept import choose_answer
from explainer.models.model import Model
from explainer.question.labels import asked_classes, class_names, class_number
from explainer.question.places.spans import NONE
from explainer.question.quantity import Contrast

OPEN = "the model’s choice"
"""The option that leaves a word to the model."""


@dataclass(frozen=True)
class Choice:
    """One of the two answers of the question: its box, and the answer that is asked for in words.

    `role` is `correct` for the answer that is explained, `wrong` for its rival and `tagged` for the
    word of which both are tags.
    """

    role: str
    label: str
    says: str
    box: Mapping[str, Any]

    def draw(self) -> None:
        """Its box, here."""
        st.selectbox(self.label, **self.box)


def contrast_choices(
    on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]
) -> tuple[Choice, ...]:
    """The answers that fit the model's task; `predicted` are its own for the text as it is."""
    if loaded.info.task == "masked-lm":
        return _words(on, predicted)
    if loaded.info.task == "tagging":
        return _tags(on, loaded, predicted)
    if loaded.info.task == "question-answering":
        return _answers(on, predicted)
    if loaded.pooling is not None:
        return ()  # the second text is all that is asked about
    return _classes(on, loaded, predicted)


def _words(on: Editor[Choices], predicted: tuple[Prediction, ...]) -> tuple[Choice, ...]:
    """The word to explain and its rival, from the top predictions or typed."""
    chosen = on.choices()
    likely = [p.asked for p in predicted if p.asked is not None]
    own = _own_choice(chosen) if predicted else {}
    found = []
    for name, label in (("correct", "Why this word"), ("wrong", "rather than")):
        value = getattr(chosen, name)
        # No probabilities in the labels: where typed words are allowed, Streamlit hands back a
        # label that the next sentence has changed as if somebody had typed it.
        box = {
            "format_func": partial(_or_unset, OPEN),
            "accept_new_options": True,
            **on.show_option(name, _with(value, likely), value, partial(choose_answer, on, name)),
        }
        title = f"{label} · {plain(own[name])}" if name in own else label
        found.append(Choice(name, title, value or own.get(name, OPEN), box))
    return tuple(found)


def _own_choice(chosen: Choices) -> dict[str, str]:
    """What is taken where no word is chosen; what is wrong with the question is said elsewhere."""
    asked = {"correct": chosen.correct, "wrong": chosen.wrong}
    if None not in asked.values():  # nobody needs a turn of the queue to learn that
        return {}
    try:
        taken = compute.contrasted(
            Reading(chosen.model, chosen.text), Contrast(chosen.correct, chosen.wrong)
        )
    except ExplainerError:
        return {}
    names = zip(asked, taken, strict=True)
    # Of a word of several pieces the model names no rival.
    return {name: word or "nothing" for name, word in names if asked[name] is None}


def _classes(
    on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]
) -> tuple[Choice, ...]:
    """The class to explain and its rival."""
    classes, chosen = asked_classes(loaded), on.choices()
    own = _own_classes(loaded, predicted, chosen)
    found = []
    for role, name, label, unset in (
        ("correct", "label", "Why this class", "the model’s prediction"),
        ("wrong", "other", "rather than", own["other"]),
    ):
        value = _class_option(loaded, classes, getattr(chosen, name))
        box = {
            "format_func": partial(_or_unset, unset),
            **on.show_option(name, _with(value, classes), value, partial(choose_answer, on, name)),
        }
        says = _class_name(loaded, value) or own[name]
        title = label if value is not None or name == "other" else f"{label} · {plain(says)}"
        found.append(Choice(role, title, says, box))
    return tuple(found)


def _tags(
    on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]
) -> tuple[Choice, ...]:
    """The tag to explain, its rival, and the word of which both are tags."""
    classes, chosen = asked_classes(loaded), on.choices()
    given = contrast_for(chosen, loaded.info.task)
    try:
        taken = compute.exact_contrast(Reading(chosen.model, chosen.text), given)
    except ExplainerError:
        taken = given  # what is wrong with it is said where the question is read
    words = [one.of for one in predicted if one.of is not None]
    found = []
    for role, name, label, own in (
        ("correct", "label", "Why this tag", taken.label),
        ("wrong", "other", "rather than", taken.other),
        ("tagged", "tagged", "for the word", taken.word),
    ):
        value: str | None = getattr(chosen, name)
        options = words if name == "tagged" else classes
        option = value if name == "tagged" else _class_option(loaded, classes, value)
        box = {
            "format_func": partial(_or_unset, OPEN),
            **on.show_option(
                name, _with(option, options), option, partial(choose_answer, on, name)
            ),
        }
        asked = None if own is None else str(own)
        says = (asked if name == "tagged" else _class_name(loaded, asked)) or OPEN
        title = label if value is not None or own is None else f"{label} · {plain(says)}"
        found.append(Choice(role, title, says, box))
    return tuple(found)


def _answers(on: Editor[Choices], predicted: tuple[Prediction, ...]) -> tuple[Choice, ...]:
    """The answer to explain and the other one, from the best or typed."""
    chosen = on.choices()
    likely = [one.asked for one in predicted if one.asked not in (None, NONE)]
    given = contrast_for(chosen, "question-answering")
    try:
        taken = compute.exact_contrast(Reading(chosen.model, chosen.text, pair=chosen.pair), given)
    except ExplainerError:
        taken = given  # what is wrong with it is said where the question is read
    found = []
    for role, name, label, own in (
        ("correct", "answer", "Why this answer", taken.answer),
        ("wrong", "other", "rather than", taken.other),
    ):
        value: str | None = getattr(chosen, name)
        options = [NONE, *likely] if predicted else likely
        box = {
            "format_func": partial(_or_unset, OPEN),
            "accept_new_options": True,
            **on.show_option(name, _with(value, options), value, partial(choose_answer, on, name)),
        }
        says = value or (OPEN if own is None else str(own))
        title = label if value is not None or own is None else f"{label} · {plain(says)}"
        found.append(Choice(role, title, says, box))
    return tuple(found)


def _own_classes(
    loaded: Model, predicted: tuple[Prediction, ...], chosen: Choices
) -> dict[str, str]:
    """What is taken where no class is chosen, in words."""
    names = class_names(loaded)
    first = predicted[0].id if predicted else None
    own = "the model’s prediction" if first is None else names[first]
    if loaded.info.head != "choice":
        return {"label": own, "other": "nothing"}
    if len(names) != 2:
        return {"label": own, "other": "all others" if len(names) > 2 else "nothing"}
    asked = _class_name(loaded, chosen.label) if chosen.label is not None else own
    rest = [name for name in names if name != asked]
    return {"label": own, "other": rest[0] if len(rest) == 1 else "the other one"}


def _class_name(loaded: Model, label: str | None) -> str | None:
    """How the class that a label names is called for people; the label itself for none."""
    if label is None:
        return None
    try:
        return class_names(loaded)[class_number(loaded, label)]
    except ExplainerError:
        return label


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
