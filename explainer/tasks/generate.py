"""Generate agreement sentences of eight kinds from a fixed lexicon.

The kinds follow the tasks of the influence-patterns paper (Lu et al., NeurIPS 2021),
which took its templates from Marvin and Linzen (2018); the words are this project's own.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random
from typing import get_args

from explainer.base.checks import given_seed, one_of
from explainer.base.errors import ExplainerError
from explainer.tasks.case import KINDS, Case, Kind, number_of_cases
from explainer.tasks.predicate import Predicate, draw_predicate
from explainer.tasks.words import Lexicon, Number, agree, form, other_number

Combination = tuple[str, ...]
Maker = Callable[[Random, Lexicon, Combination, Predicate], Case]

NUMBERS: tuple[Number, ...] = ("singular", "plural")
GENDERS = ("masculine", "feminine")
TRIES_PER_CASE = 20


def _case(
    kind: Kind,
    words: tuple[str, str],
    answers: tuple[str, str],
    combination: Combination,
    controller: str,
) -> Case:
    """The case of the first of two sentences, of which the second is its minimal pair's other."""
    text, pair = words
    return Case(text, *answers, kind, "-".join(combination), controller, pair)


def _number(name: str) -> Number:
    return "plural" if name == "plural" else "singular"


def _simple(rng: Random, words: Lexicon, combination: Combination, predicate: Predicate) -> Case:
    number = _number(combination[0])
    noun = rng.choice(words.people)
    subject, other = form(noun, number), form(noun, other_number(number))
    tail, pair = draw_predicate(rng, words, number, predicate)
    texts = f"the {subject} [MASK]{tail} .", f"the {other} [MASK]{tail} ."
    return _case("sva-simple", texts, pair, combination, subject)


def _with_attractor(kind: Kind) -> Maker:
    """Return the maker of a kind in which the subject agrees across an attractor."""

    def make(rng: Random, words: Lexicon, combination: Combination, predicate: Predicate) -> Case:
        of_subject, of_attractor = map(_number, combination)
        first, second = rng.sample(words.people, 2)
        subject, attractor = form(first, of_subject), form(second, of_attractor)
        other = form(first, other_number(of_subject))
        tail, pair = draw_predicate(rng, words, of_subject, predicate)
        if kind == "sva-obj":
            verb = agree(rng.choice(words.transitive), of_attractor)
            heads = [f"the {noun} that the {attractor} {verb}" for noun in (subject, other)]
        elif kind == "sva-subj":
            loving = rng.choice(words.transitive)
            heads = [
                f"the {noun} that {agree(loving, number)} the {attractor}"
                for noun, number in ((subject, of_subject), (other, other_number(of_subject)))
            ]
        elif kind == "sva-comp":
            saying = rng.choice(words.saying)
            verb = rng.choice((saying.past, agree(saying, of_attractor)))
            heads = [f"the {attractor} {verb} the {noun}" for noun in (subject, other)]
        else:
            preposition = rng.choice(words.prepositions)
            heads = [f"the {noun} {preposition} the {attractor}" for noun in (subject, other)]
        text, paired = (f"{head} [MASK]{tail} ." for head in heads)
        return _case(kind, (text, paired), pair, combination, subject)

    return make


def _inner(rng: Random, words: Lexicon, combination: Combination, predicate: Predicate) -> Case:
    of_subject, of_attractor = map(_number, combination)
    first, second = rng.sample(words.people, 2)
    subject, attractor = form(first, of_subject), form(second, of_attractor)
    verb = rng.choice(words.transitive)
    tail, (outer, _) = draw_predicate(rng, words, of_subject, predicate)
    pair = (verb.base, verb.third) if of_attractor == "plural" else (verb.third, verb.base)
    text, paired = (
        f"the {subject} that the {noun} [MASK] {outer}{tail} ."
        for noun in (attractor, form(second, other_number(of_attractor)))
    )
    return _case("sva-inner", (text, paired), pair, combination, attractor)


def _reflexive_number(
    rng: Random, words: Lexicon, combination: Combination, _predicate: Predicate
) -> Case:
    of_subject, of_attractor = map(_number, combination)
    first, second = rng.sample(words.people, 2)
    subject, attractor = form(first, of_subject), form(second, of_attractor)
    inner = agree(rng.choice(words.transitive), of_attractor)
    # The past tense is the same in both numbers: only the subject tells the reflexive's.
    outer = rng.choice(words.self).past
    one = rng.choice(("himself", "herself"))
    pair = (one, "themselves") if of_subject == "singular" else ("themselves", one)
    text, paired = (
        f"the {noun} that the {attractor} {inner} {outer} [MASK] ."
        for noun in (subject, form(first, other_number(of_subject)))
    )
    return _case("reflexive-number", (text, paired), pair, combination, subject)


def _reflexive_gender(
    rng: Random, words: Lexicon, combination: Combination, _predicate: Predicate
) -> Case:
    nouns = {"masculine": words.masculine, "feminine": words.feminine}
    subject = rng.choice(nouns[combination[0]])
    attractor = rng.choice([noun for noun in nouns[combination[1]] if noun != subject])
    first, second = rng.choice(words.determiners), rng.choice(words.determiners)
    inner, outer = rng.choice(words.transitive).base, rng.choice(words.self).base
    masculine = combination[0] == "masculine"
    pair = ("himself", "herself") if masculine else ("herself", "himself")
    of_other = [n for n in nouns["feminine" if masculine else "masculine"] if n != attractor]
    other = of_other[nouns[combination[0]].index(subject) % len(of_other)]
    text, paired = (
        f"{first} {noun} who can {inner} {second} {attractor} can {outer} [MASK] ."
        for noun in (subject, other)
    )
    return _case("reflexive-gender", (text, paired), pair, combination, subject)


MAKERS: dict[Kind, Maker] = {
    "sva-simple": _simple,
    "sva-obj": _with_attractor("sva-obj"),
    "sva-subj": _with_attractor("sva-subj"),
    "sva-comp": _with_attractor("sva-comp"),
    "sva-pp": _with_attractor("sva-pp"),
    "sva-inner": _inner,
    "reflexive-number": _reflexive_number,
    "reflexive-gender": _reflexive_gender,
}


def combinations(kind: Kind) -> tuple[Combination, ...]:
    """Return the feature combinations of a kind: subject's, and attractor's where it has one."""
    if kind == "sva-simple":
        return tuple((number,) for number in NUMBERS)
    features = GENDERS if kind == "reflexive-gender" else NUMBERS
    return tuple(product(features, repeat=2))


def generate(
    kind: Kind,
    n: int,
    seed: int,
    split: str = "held-out",
    predicate: Predicate = "any",
) -> tuple[Case, ...]:
    """Return `n` distinct cases of one kind, its combinations in turn, the same for a seed.

    `split` is "held-out" or "training" and decides nouns, verbs, adjectives and prepositions
    alike. `predicate` restricts what follows a subject, see `Predicate`; reflexives ignore it.
    Raises ExplainerError on an unknown name, or if there are not `n` such sentences.
    """
    kind = one_of("kind of task", kind, KINDS)
    predicate = one_of("predicate", predicate, get_args(Predicate))
    n, seed = number_of_cases(n), given_seed(seed)
    words, rng, chosen = Lexicon.of(split), Random(f"{kind} {seed}"), combinations(kind)
    cases: dict[str, Case] = {}
    for _ in range(TRIES_PER_CASE * n):
        if len(cases) == n:
            break
        case = MAKERS[kind](rng, words, chosen[len(cases) % len(chosen)], predicate)
        cases.setdefault(case.text, case)
    if len(cases) < n:
        raise ExplainerError(
            f"Asked for {n} different sentences of '{kind}', found {len(cases)}; ask for fewer."
        )
    return tuple(cases.values())
