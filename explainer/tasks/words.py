"""The lexicon of one split, and the forms that number asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar, get_args

from explainer.base.checks import one_of
from explainer.tasks import lexicon
from explainer.tasks.lexicon import Entry, Noun, Split, Verb, split_of

Number = Literal["singular", "plural"]
AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass(frozen=True)
class Lexicon:
    """Everything a sentence of one split may contain."""

    people: tuple[Noun, ...]
    masculine: tuple[str, ...]
    feminine: tuple[str, ...]
    things: tuple[Noun, ...]
    adjectives: tuple[str, ...]
    prepositions: tuple[str, ...]
    transitive: tuple[Verb, ...]
    intransitive: tuple[Verb, ...]
    handling: tuple[Verb, ...]
    saying: tuple[Verb, ...]
    self: tuple[Verb, ...]
    determiners: tuple[str, ...]

    @staticmethod
    def of(split: str) -> Lexicon:
        """Return the words of a split; raises ExplainerError on an unknown one."""
        return Lexicon._of(one_of("split", split, get_args(Split)))

    @staticmethod
    @cache
    def _of(split: Split) -> Lexicon:
        def part(entries: tuple[AnyEntry, ...]) -> tuple[AnyEntry, ...]:
            return tuple(entry for entry in entries if split_of(entry) == split)

        return Lexicon(
            people=part(lexicon.PEOPLE),
            masculine=part(lexicon.MASCULINE),
            feminine=part(lexicon.FEMININE),
            things=part(lexicon.THINGS),
            adjectives=part(lexicon.ADJECTIVES),
            prepositions=part(lexicon.PREPOSITIONS),
            transitive=part(lexicon.TRANSITIVE),
            intransitive=part(lexicon.INTRANSITIVE),
            handling=part(lexicon.HANDLING),
            saying=part(lexicon.SAYING),
            self=part(lexicon.SELF),
            determiners=lexicon.DETERMINERS,
        )


def form(noun: Noun, number: Number) -> str:
    """Return a noun in a number."""
    return noun.plural if number == "plural" else noun.singular


def other_number(number: Number) -> Number:
    """Return the number that it is not."""
    return "singular" if number == "plural" else "plural"


def agree(verb: Verb, number: Number) -> str:
    """Return the present tense of a verb whose subject has a number."""
    return verb.base if number == "plural" else verb.third
