"""Everything that a person can choose on the compare page, and its spelling in a link.

The second side starts from the first: a link names what differs with a 2 (`text2`, `model2`). Both
are asked one question, but where `apart` says otherwise; a link without it is read as it was when
each side always had a question of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from explainer.app.state.choices import LEFT_OUT, OF_TEXT, Choices, from_query, impossible, written
from explainer.app.state.values import yes_no

QUESTION = ("correct", "wrong", "label", "other", "tagged", "answer", "mask")
SIDE = ("model", "text", "pair", *QUESTION)
"""What each side has of its own."""
SHARED = (
    *("level", "overlay", "share", "merge"),
    *("points", "rule", "tolerance", "baseline", "keep_special", "top_k", "search", "beam"),
    "all_words",
)
OWN = {name: f"{name}2" for name in (*SIDE, "word")}
"""The second side's parameters in a link."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both sides; `first` also holds what they share, so `second` agrees with it there.

    Unless they are `apart`, the two are asked one question. At most one side has a selected `word`:
    the first, or the second for a word that only it has.
    """

    first: Choices
    second: Choices
    apart: bool = False

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
        changes: dict[str, Any] = {side: _own(before, chosen)}
        pair = replace(self, **changes)._agreeing(side)
        if (chosen.text, chosen.model) == (before.text, before.model):
            return pair
        return pair.selecting(None, None)

    def with_shared(self, chosen: Choices) -> Pair:
        """The pair with what both sides share replaced."""
        changes = {name: getattr(chosen, name) for name in SHARED}
        return replace(
            self, first=replace(self.first, **changes), second=replace(self.second, **changes)
        )

    def asked(self, *, apart: bool) -> Pair:
        """The pair with a question for each side, or for both the first one's."""
        return replace(self, apart=apart)._agreeing("first")

    def _agreeing(self, side: str) -> Pair:
        """The pair with the question of this side on both, unless they are apart."""
        if self.apart:
            return self
        one: Choices = getattr(self, side)
        question = {name: getattr(one, name) for name in QUESTION}
        return replace(
            self, first=replace(self.first, **question), second=replace(self.second, **question)
        )

    def selecting(self, first: int | None, second: int | None) -> Pair:
        """The pair with the word at these corresponding positions selected."""
        return replace(
            self,
            first=replace(self.first, word=first),
            second=replace(self.second, word=second if first is None else None),
        )

    def swapped(self) -> Pair:
        """The sides the other way round, with no word selected."""
        return replace(self, first=self.second, second=self.first).selecting(None, None)

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, and of the second side what differs from the first.

        Of several links that lead back to this pair it is the shortest.
        """
        query = self.first.to_query()
        query.pop("merge", None)  # said below, where a link does not mean it anyway
        if self.second.word is not None:
            query[OWN["word"]] = str(self.second.word)
        names = [name for name in SIDE if self._differs(name)]
        if not self.fits_link:
            names = [name for name in names if name not in OF_TEXT]
            query = {name: query[name] for name in query.keys() - OF_TEXT} | {LEFT_OUT: "yes"}
        own = {OWN[name]: written(getattr(self.second, name)) for name in names}
        alike = {OWN["model"]: self.second.model}  # says that the sides are the same
        apart = {"apart": written(self.apart)}
        rows = {"merge": written(self.first.merge)}
        for more in (e | r for r in ({}, rows) for e in _ways(own, alike, apart)):
            read, _ = pair_from_query(query | more)
            if read._said() == self._said():
                return query | more
        return query | own | apart | rows

    def _said(self) -> tuple[Any, ...]:
        return _side(self.first), _side(self.second), self.apart, self.first.merge

    def _differs(self, name: str) -> bool:
        return bool(getattr(self.first, name) != getattr(self.second, name))


def starting_pair(model: str = Choices.model) -> Pair:
    """The pair that the page begins with, under this model: the sentences of the paper's Figure 3,
    asked one question."""
    first = Choices(model=model)
    return Pair(first=first, second=replace(first, text=papers_pair(model).second.text))


def papers_pair(model: str = Choices.model) -> Pair:
    """The pair of the paper's Figure 3, each sentence asked for the verb that is right in it."""
    first = Choices(model=model)
    text = "the farmer that the assistants love [MASK] old ."
    second = replace(first, text=text, correct="is", wrong="are")
    return Pair(first=first, second=second, apart=True)


def _beginning(start: Choices) -> Pair:
    """The pair of a link that says nothing."""
    first = _own(Choices(), start)
    if _side(first) == _side(starting_pair(first.model).first):
        return starting_pair(first.model)
    return Pair(first=first, second=first)


def pair_from_query(
    query: Mapping[str, str], start: Choices | None = None
) -> tuple[Pair, tuple[str, ...]]:
    """The pair that a link asks for, and one note for each value that could not be used.

    An empty link begins with the sentence of `start`, on both sides where it is no default, and
    with words for rows; one that does not say so, with tokens.
    """
    if not query:
        pair = _beginning(start or Choices())
        return pair.with_shared(replace(pair.first, merge=True)), ()
    mine = {name: query[name] for name in (*SIDE, *SHARED, "word") if name in query}
    theirs = {name: query[own] for name, own in OWN.items() if own in query}
    first, notes = from_query(mine, query)
    typed, more = from_query(theirs, query)
    notes += tuple(note.replace("asks for word", "asks for word2") for note in more)
    notes = tuple(dict.fromkeys(notes))  # that a text was left out is said of either
    second = first
    if not theirs.keys() & set(SIDE) and not _names_side(mine):
        second = _own(first, papers_pair(first.model).second)
    changes = {name: getattr(typed, name) for name in SIDE if name in theirs}
    pair = Pair(first=first, second=replace(second, **changes), apart=True)
    apart = True
    if "apart" in query:
        try:
            apart = yes_no(query["apart"])
        except ValueError:
            notes += (impossible("apart", query["apart"], apart),)
    return pair.asked(apart=apart).selecting(first.word, typed.word), notes


def _ways(
    own: dict[str, str], alike: dict[str, str], apart: dict[str, str]
) -> Iterator[dict[str, str]]:
    """What may have to be said of the second side, the shortest first."""
    yield from ({}, apart, own, alike, own | apart, alike | apart)


def _names_side(query: Mapping[str, str]) -> bool:
    """Whether a link says more of the first side than its model."""
    return any(name in query for name in SIDE if name != "model")


def _side(chosen: Choices) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in SIDE}


def _own(shared: Choices, own: Choices) -> Choices:
    """The side's own choices of `own` with all others of `shared`."""
    return replace(shared, **_side(own))
