"""Classes: numbers inside, names for people; which one is meant by a label.

1. the name exactly as the model has it, or but for the space around what was typed;
2. the name whatever its case and the space around it;
3. the number.

A class that no name leads to is asked for by its number: `id:1 positive`.
"""

from __future__ import annotations

from collections.abc import Container
from numbers import Integral

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote, shown
from explainer.models.model import Model
from explainer.question.contrast import BY_NUMBER, LONGEST_WORD, checked

MAX_LISTED = 10


def class_number(model: Model, label: str | int) -> int:
    """A class by its number or its name.

    Raises ExplainerError for a label that is none of the model's, or several of them.
    """
    names = model.labels
    if isinstance(label, Integral) and not isinstance(label, bool):
        number = int(label)
        if not 0 <= number < len(names):
            raise ExplainerError(
                f"There is no class of that number in the model: give one of {listed(model)}."
            )
        return number
    if not isinstance(label, str):
        raise ExplainerError(f"The label is {shown(label)}: give one of {listed(model)}.")
    bare = checked(label, "label")
    exact, folded = _names(model)
    found = exact.get(label) or exact.get(bare) or []
    if not found and (given := BY_NUMBER.fullmatch(bare)):
        return _numbered(model, int(given[1]), given[2])
    found = found or folded.get(bare.casefold(), [])
    if len(found) > 1:
        numbers = ", ".join(map(str, found[:MAX_LISTED]))
        raise ExplainerError(
            f"The label {quote(bare)} is the name of the classes {numbers}: give a number, such "
            f"as id:{found[0]}."
        )
    if found:
        return found[0]
    if bare.isdecimal() and bare.isascii() and len(bare) < 10 and int(bare) < len(names):
        return int(bare)
    raise ExplainerError(
        f"The label {quote(bare)} is not one of the model's: give one of {listed(model)}."
    )


def asked_classes(model: Model) -> tuple[str, ...]:
    """What `class_number` takes for exactly each class: its name, or its number with that."""
    names = _names(model)
    return tuple(
        bare
        if _is_typed(bare) and _named(names, bare) == [number]
        else _by_number(number, bare, names[0])
        for number, bare in enumerate(name.strip() for name in model.labels)
    )


def class_names(model: Model) -> tuple[str, ...]:
    """How each class is called for people: its name, with its number where others are called so."""
    bare = [" ".join(name.split()) for name in model.labels]
    return tuple(
        f"class {number}"
        if not name
        else name
        if bare.count(name) == 1
        else f"{name} (class {number})"
        for number, name in enumerate(bare)
    )


def listed(model: Model) -> str:
    """The first few classes with their numbers."""
    named = [f"{i} {_short(name)}" for i, name in enumerate(model.labels[:MAX_LISTED])]
    more = len(model.labels) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _numbered(model: Model, number: int, name: str | None) -> int:
    """A class given by its number, and by its name too where a link says what it was."""
    found = class_number(model, number)
    if name is not None and name.split() != model.labels[found].split():
        raise ExplainerError(
            f"Class {found} of this model is {quote(model.labels[found])}, not {quote(name)}: "
            f"give one of {listed(model)}."
        )
    return found


def _names(model: Model) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The classes of every name as it is, and whatever its case and the space around it."""
    exact: dict[str, list[int]] = {}
    folded: dict[str, list[int]] = {}
    for number, name in enumerate(model.labels):
        exact.setdefault(name, []).append(number)
        folded.setdefault(name.strip().casefold(), []).append(number)
    return exact, folded


def _named(names: tuple[dict[str, list[int]], dict[str, list[int]]], label: str) -> list[int]:
    """The classes that a label names."""
    exact, folded = names
    return exact.get(label) or folded.get(label.strip().casefold(), [])


def _is_typed(name: str) -> bool:
    """Whether a name can be typed, and is not read as a number."""
    try:
        return bool(checked(name, "label")) and not BY_NUMBER.fullmatch(name)
    except ExplainerError:
        return False


def _by_number(number: int, name: str, taken: Container[str]) -> str:
    written = f"id:{number} {name}"
    if not (name and _is_typed(name) and len(written) <= LONGEST_WORD):
        written = f"id:{number}"
    while written in taken:  # a class may be called so
        written = written.replace("id:", "id:0", 1)
    return written


def _short(name: str) -> str:
    bare = " ".join(name.split())
    return bare if len(bare) <= 12 else bare[:12] + "…"
