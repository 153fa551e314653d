"""A sentence with one of its words in other words, and with another word in its place.

A small paraphrase: a word gives way to one that means nearly the same, so that the sentence goes on
token for token. What that is worth shows beside the same change without the meaning: a word of the
same kind and form that means something else. The word that the answer depends on stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np

from explainer.evaluation.protocols.asked import AskedCase
from explainer.question.sentence import Sentence

TRIES = 5
"""Unrelated words that are tried in a place, of which the model may read some as several pieces."""
Thing = TypeVar("Thing")
WORD = re.compile(r"[^\W\d_]+")


def _groups(text: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Groups of words that mean nearly the same, each word by its forms."""
    groups = (group.split(",") for group in text.split(";"))
    return tuple(tuple(tuple(word.split()) for word in group) for group in groups)


NEARLY_THE_SAME = {
    "verb": _groups(
        "help helps helped,assist assists assisted,aid aids aided;"
        "follow follows followed,chase chases chased,pursue pursues pursued;"
        "find finds found,discover discovers discovered,locate locates located;"
        "need needs needed,require requires required;"
        "respect respects respected,admire admires admired;"
        "push pushes pushed,shove shoves shoved;"
        "recognize recognizes recognized,identify identifies identified;"
        "accept accepts accepted,welcome welcomes welcomed;"
        "hire hires hired,employ employs employed;"
        "observe observes observed,watch watches watched;"
        "catch catches caught,capture captures captured;"
        "love loves loved,adore adores adored;hate hates hated,despise despises despised;"
        "see sees saw,notice notices noticed;choose chooses chose,select selects selected;"
        "teach teaches taught,instruct instructs instructed;"
        "protect protects protected,defend defends defended;"
        "save saves saved,rescue rescues rescued;fear fears feared,dread dreads dreaded;"
        "think thinks thought,believe believes believed;"
        "report reports reported,announce announces announced;"
        "confirm confirms confirmed,verify verifies verified;"
        "insist insists insisted,maintain maintains maintained;"
        "admit admits admitted,acknowledge acknowledges acknowledged;"
        "convince convinces convinced,persuade persuades persuaded;"
        "get gets got,obtain obtains obtained;collect collects collected,gather gathers gathered"
    ),
    "adjective": _groups(
        "sad,unhappy;calm,peaceful;weak,feeble;wise,smart,clever;quiet,silent;loud,noisy;"
        "healthy,fit;nervous,anxious;careless,reckless;shy,timid;normal,ordinary;"
        "beautiful,lovely;ugly,hideous;dead,deceased;lazy,idle;gentle,mild;powerful,mighty;"
        "helpless,powerless;important,significant;nice,pleasant;crazy,insane,mad;"
        "responsible,accountable;independent,autonomous;happy,glad;angry,furious;rich,wealthy;"
        "old,aged;small,little;big,large;famous,renowned;tired,weary,exhausted;ill,sick;"
        "brave,courageous;afraid,scared,frightened;strange,odd,weird;funny,amusing;"
        "brilliant,superb;charming,delightful;moving,touching;gripping,exciting;"
        "wonderful,marvelous;stunning,spectacular;awful,terrible,dreadful;"
        "boring,tedious,dull;silly,foolish;empty,hollow"
    ),
    "noun": _groups(
        "film films,movie movies;story stories,tale tales;house houses,home homes;"
        "boat boats,ship ships;villain villains,rogue rogues;humor,wit"
    ),
    "adverb": _groups("really,truly;simply,just;quite,rather"),
    "preposition": _groups("near,beside,by;opposite,facing;above,over;below,beneath,under"),
}
"""Groups of near-synonyms by kind, each word in all its forms, of which verbs have three."""


class Place(NamedTuple):
    """Where a word stands on the list: its kind, its group, and which of its forms it is."""

    kind: str
    group: int
    form: int


@dataclass(frozen=True)
class Reworded:
    """The sentence with a near-synonym in it, and with an unrelated word in the same place; None
    where there is no such word that the model reads as as many tokens."""

    nearly_the_same: Sentence | None
    unrelated: Sentence | None


def reworded(asked: AskedCase, rng: np.random.Generator) -> Reworded:
    """Both for one word, drawn among those of the sentence that have a near-synonym."""
    spoken_of = {asked.case.controller.lower(), *_answers(asked)}
    for word in _drawn(list(WORD.finditer(asked.case.text)), rng):
        place = places().get(word[0].lower())
        if place is None or word[0].lower() in spoken_of:
            continue
        own = NEARLY_THE_SAME[place.kind][place.group]
        nearly = [forms[place.form] for forms in own if place.form < len(forms)]
        found = _first(asked, word, [w for w in _drawn(nearly, rng) if w != word[0].lower()])
        if found is not None:
            others = list(_elsewhere(place))
            return Reworded(found, _first(asked, word, _drawn(others, rng)[:TRIES]))
    return Reworded(None, None)


@cache
def places() -> dict[str, Place]:
    """Where each word of the list stands."""
    return {
        word: Place(kind, number, form)
        for kind, groups in NEARLY_THE_SAME.items()
        for number, group in enumerate(groups)
        for forms in group
        for form, word in enumerate(forms)
    }


def _elsewhere(place: Place) -> Iterator[str]:
    """The words of the same kind and form in all other groups."""
    for number, group in enumerate(NEARLY_THE_SAME[place.kind]):
        if number != place.group:
            yield from (forms[place.form] for forms in group if place.form < len(forms))


def _answers(asked: AskedCase) -> tuple[str, str]:
    return asked.case.correct.lower(), asked.case.wrong.lower()


def _first(asked: AskedCase, at: re.Match[str], words: Sequence[str]) -> Sentence | None:
    """The sentence with the first of the words that goes token for token in its place."""
    text = asked.case.text
    for word in words:
        as_written = word.capitalize() if at[0][0].isupper() else word
        found = asked.other_of("paraphrase", text[: at.start()] + as_written + text[at.end() :])
        if isinstance(found, Sentence):
            return found
    return None


def _drawn(found: Sequence[Thing], rng: np.random.Generator) -> list[Thing]:
    """All of them in an order that is drawn."""
    return [found[int(number)] for number in rng.permutation(len(found))]
