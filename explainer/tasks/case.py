"""One sentence of an agreement task with its right and its wrong word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

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

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Case:
    """A sentence with one `[MASK]`, the word that belongs there and the one that does not.

    `combination` names the feature of the subject and of the attractor, "singular-plural" or
    "masculine-feminine"; without an attractor it names the subject's alone. `controller` is the
    word that the masked one agrees with.
    """

    text: str
    correct: str
    wrong: str
    kind: Kind
    combination: str
    controller: str
