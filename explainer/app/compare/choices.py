"""Everything that a person can choose on the compare page, and its spelling in a link.

The second side starts from the first: a link names what differs with a 2 (`text2`, `model2`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from explainer.app.state.choices import Choices, from_query

SIDE = ("model", "text", "correct", "wrong", "label", "other")
"""What each side has of its own."""
SHARED = (
    *("level", "overlay", "share"),
    *("points", "rule", "tolerance", "baseline", "keep_special", "top_k", "search", "beam"),
    "all_words",
)
OWN = {name: f"{name}2" for name in (*SIDE, "word")}
"""The second side's parameters in a link."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both sides; `first` also holds what they share, so `second` agrees with it there.

    At most one side has a selected `word`: the first, or the second for a word that only it has.
    """

    first: Choices
    second: Choices

    @property
    def same(self) -> bool:
        """Whether there is nothing to compare."""
        return all(getattr(self.first, name) == getattr(self.second, name) for name in SIDE)

    @property
    def fits_link(self) -> bool:
        """Whether a link can carry both texts."""
        return self.first.fits_link and self.second.fits_link

    def with_side(self, side: str, chosen: Choices) -> Pair:
        """The pair with one side's own choices replaced; another text or model selects no word."""
        before: Choices = getattr(self, side)
        pair = replace(self, **{side: _own(before, chosen)})
        if (chosen.text, chosen.model) == (before.text, before.model):
            return pair
        return pair.selecting(None, None)

    def with_shared(self, chosen: Choices) -> Pair:
        """The pair with what both sides share replaced."""
        changes = {name: getattr(chosen, name) for name in SHARED}
        return Pair(first=replace(self.first, **changes), second=replace(self.second, **changes))

    def selecting(self, first: int | None, second: int | None) -> Pair:
        """The pair with the word at these corresponding positions selected."""
        return Pair(
            first=replace(self.first, word=first),
            second=replace(self.second, word=second if first is None else None),
        )

    def swapped(self) -> Pair:
        """The sides the other way round, with no word selected."""
        return Pair(first=self.second, second=self.first).selecting(None, None)

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, and of the second side what differs from the first."""
        query = self.first.to_query()
        own: dict[str, str] = {}
        if self._sides() != starting_pair(self.first.model)._sides():
            own = {name: getattr(self.second, name) or "" for name in SIDE if self._differs(name)}
            if not self.second.fits_link:
                own.pop("text", None)
            if not own and not _names_side(query):
                own = {"model": self.second.model}  # says that the sides are the same
        if self.second.word is not None:
            own["word"] = str(self.second.word)
        return query | {OWN[name]: value for name, value in own.items()}

    def _sides(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return _side(self.first), _side(self.second)

    def _differs(self, name: str) -> bool:
        return bool(getattr(self.first, name) != getattr(self.second, name))


def starting_pair(model: str = Choices.model) -> Pair:
    """The pair that the page begins with, under this model: the paper's, of its Figure 3."""
    first = Choices(model=model)
    text = "the farmer that the assistants love [MASK] old ."
    return Pair(first=first, second=replace(first, text=text, correct="is", wrong="are"))


def pair_from_query(
    query: Mapping[str, str], start: Choices | None = None
) -> tuple[Pair, tuple[str, ...]]:
    """The pair that a link asks for, and one note for each value that could not be used.

    An empty link begins with the sentence of `start`, on both sides where it is no default.
    """
    if not query and start is not None:
        first = _own(Choices(), start)
        if _side(first) == _side(starting_pair(first.model).first):
            return starting_pair(first.model), ()
        return Pair(first=first, second=first), ()
    mine = {name: query[name] for name in (*SIDE, *SHARED, "word") if name in query}
    theirs = {name: query[own] for name, own in OWN.items() if own in query}
    first, notes = from_query(mine)
    typed, more = from_query(theirs)
    notes += tuple(note.replace("asks for word", "asks for word2") for note in more)
    second = first
    if not theirs.keys() & set(SIDE) and not _names_side(mine):
        second = _own(first, starting_pair(first.model).second)
    changes = {name: getattr(typed, name) for name in SIDE if name in theirs}
    pair = Pair(first=first, second=replace(second, **changes))
    return pair.selecting(first.word, typed.word), notes


def _names_side(query: Mapping[str, str]) -> bool:
    """Whether a link says more of the first side than its model."""
    return any(name in query for name in SIDE if name != "model")


def _side(chosen: Choices) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in SIDE}


def _own(shared: Choices, own: Choices) -> Choices:
    """The side's own choices of `own` with all others of `shared`."""
    return replace(shared, **_side(own))
