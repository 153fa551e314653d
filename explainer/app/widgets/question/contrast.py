"""The contrast: the word or class to explain, and its rival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import streamlit as st

from explainer import ExplainerError, Prediction
from explainer.app import compute
from explainer.app.compute import Reading
from explainer.app.compute.request import contrast_for
from explainer.app.state.choices import Choices
from explainer.app.state.editor import UNSET, Editor
from explainer.app.state.masks import LINE, at_each, count_masks
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.question.kept import choose_answer, choose_at_mask, choose_mask
from explainer.models.model import Model
from explainer.question.labels import asked_classes, class_names, class_number
from explainer.question.masks.word import BETWEEN as MASKS
from explainer.question.places.spans import NONE

NOTHING = "nothing"
OPEN = "the model’s choice"
"""The option that leaves a word to the model."""


@dataclass(frozen=True)
class Choice:
    """One of the two answers of the question: its box, and the answer that is asked for in words.

    `role` is `correct` for the answer that is explained, `wrong` for its rival, `tagged` for the
    word of which both are tags and `mask` for the masks that are asked about. Words at `more` masks
    have a box each, under its label.
    """

    role: str
    label: str
    says: str
    box: Mapping[str, Any]
    more: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def draw(self) -> None:
        """Its box, or all of them, here."""
        for label, box in ((self.label, self.box), *self.more):
            st.selectbox(label, **box)


def contrast_choices(
    on: Editor[Choices], loaded: Model, predicted: tuple[Prediction, ...]
) -> tuple[Choice, ...]:
    """The answers that fit the model's task; `predicted` are its own for the text as it is."""
    if loaded.info.task == "masked-lm":
        masks = count_masks(on.choices().text)
        return _words(on, predicted) if masks < 2 else _words_of_several(on, predicted, masks)
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


def _words_of_several(
    on: Editor[Choices], predicted: tuple[Prediction, ...], count: int
) -> tuple[Choice, ...]:
    """Words at several masks, each mask with a box of its own, or at one of them; and which."""
    chosen = on.choices()
    names = [f"mask {number}" for number in range(1, count + 1)]
    everywhere = "both masks" if count == 2 else f"all {count} masks"
    box = {
        "format_func": lambda number: everywhere if number == UNSET else names[number - 1],
        **on.show_option(
            "mask", [UNSET, *range(1, count + 1)], chosen.mask, partial(choose_mask, on, count)
        ),
    }
    if chosen.mask is not None:
        at = names[chosen.mask - 1]
        there = of_mask(predicted, chosen.mask)
        return *_words(on, there), Choice("mask", "Which mask", at, box)
    own = _own_choice(chosen) if predicted else {}
    found = []
    for name, label in (("correct", "Why this word"), ("wrong", "rather than")):
        words = (at_each(getattr(chosen, name), count) + [None] * count)[:count]
        taken = at_each(own.get(name), count)
        boxes, says = [], []
        for number, word in enumerate(words):
            likely = [p.asked for p in of_mask(predicted, number + 1) if p.asked is not None]
            options = {
                "format_func": partial(_or_unset, OPEN),
                "accept_new_options": True,
                **on.show_option(
                    f"{name}_{number}",
                    _with(word, likely),
                    word,
                    partial(choose_at_mask, on, name, number, count),
                ),
            }
            its = taken[number] if number < len(taken) else None
            said = f" · {plain(its)}" if word is None and its is not None else ""
            boxes.append((f"{label}, {names[number]}{said}", options))
            says.append(word or its or OPEN)
        (first, top), *more = boxes
        nothing = own.get(name) == NOTHING
        both = NOTHING if nothing else MASKS.join(says)
        found.append(Choice(name, first, both, top, tuple(more)))
    return *found, Choice("mask", "Which mask", everywhere, box)


def of_mask(predicted: tuple[Prediction, ...], mask: int) -> tuple[Prediction, ...]:
    """Of what is predicted at all masks what it is at mask number `mask` (the first is 1)."""
    positions = list(dict.fromkeys(one.position for one in predicted))
    if mask > len(positions):
        return ()
    return tuple(one for one in predicted if one.position == positions[mask - 1])


def _own_choice(chosen: Choices) -> dict[str, str]:
    """What is taken where no word is chosen; what is wrong with the question is said elsewhere.

    At several masks it is all that is asked about, a line for each.
    """
    given = contrast_for(chosen, "masked-lm")
    asked = {"correct": given.correct, "wrong": given.wrong}
    several = count_masks(chosen.text) > 1 and chosen.mask is None
    each = [word if isinstance(word, tuple) else (word,) for word in asked.values()]
    if None not in chain(*each):  # nobody needs a turn to learn that
        return {}
    try:
        taken = compute.contrasted(Reading(chosen.model, chosen.text), given)
    except ExplainerError:
        return {}
    names = zip(asked, taken, strict=True)
    if several:
        return {name: (word or NOTHING).replace(MASKS, LINE) for name, word in names}
    # Of a word of several pieces the model names no rival.
    return {name: word or NOTHING for name, word in names if asked[name] is None}


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
