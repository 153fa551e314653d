"""One sentence of a task with its right and its wrong answer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from explainer.base.checks import text, whole

Kind = Literal[
    "sva-simple",
    "sva-obj",
    "sva-subj",
    "sva-comp",
    "sva-pp",
    "sva-inner",
    "reflexive-number",
    "reflexive-gender",
]
"""Kinds of generated agreement sentences, each with one `[MASK]`."""
Task = Kind | Literal["sentiment"]

KINDS: tuple[Kind, ...] = get_args(Kind)
TASKS: tuple[Task, ...] = (*KINDS, "sentiment")


MOST_CASES = 100_000
"""Sentences that are generated at once at most; no task has so many different ones."""


def number_of_cases(n: Any) -> int:
    """How many sentences a caller asks for; raises ExplainerError for what cannot be."""
    return whole("number of sentences", n, 0, MOST_CASES)


@dataclass(frozen=True)
class Case:
    """A sentence, the answer that belongs there and the one that does not.

    Answers are words at the sentence's one `[MASK]`, or classes where it has none; an empty
    `wrong` stands for all other classes. `kind` is the task, or "sentence" for one by itself.
    `combination` names the feature of the subject and of the attractor, "singular-plural" or
    "masculine-feminine"; without an attractor it names the subject's alone. `controller` is the
    word that the answer depends on: the one that the masked word agrees with. `pair` is the other
    sentence of a minimal pair, in which that word, and what agrees with it, has its other form, so
    that `wrong` is right. Both are empty where nobody says. `unfit` says why no model can be asked
    about it, as a row of a file that is no question; empty where it can. Raises ExplainerError for
    what is no text.
    """

    text: str
    correct: str
    wrong: str
    kind: str = "sentence"
    combination: str = "all"
    controller: str = ""
    pair: str = ""
    unfit: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            plain = text(f"case's {field.name}", getattr(self, field.name))
            object.__setattr__(self, field.name, plain)
