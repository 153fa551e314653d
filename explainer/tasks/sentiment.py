"""Generate short film reviews whose class is plain from a word, or turned around by a negation.

Templates and words are this project's own; `python -m explainer evaluate --file` takes others.
"""

from __future__ import annotations

from itertools import product
from random import Random

from explainer.base.checks import given_seed
from explainer.base.errors import ExplainerError
from explainer.tasks.case import Case, number_of_cases

CLASSES = ("positive", "negative")
FORMS = ("plain", "negated")
TRIES_PER_CASE = 20


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GOOD = _words(
    "brilliant charming clever delightful engaging funny gripping moving original powerful "
    "refreshing smart stunning touching warm wonderful"
)
BAD = _words(
    "awful boring clumsy dreadful dull empty flat forgettable lifeless messy pointless "
    "predictable silly tedious tired weak"
)
THINGS = _words(
    "acting cast comedy dialogue direction drama ending film hero humor movie music performance "
    "picture plot romance scene script story villain"
)
OPENINGS = ("", "in the end ", "to be fair ", "for me ", "as always ")
ADVERBS = ("really", "simply", "truly", "surprisingly", "quite", "always")


def sentiment_cases(n: int, seed: int) -> tuple[Case, ...]:
    """Return `n` distinct reviews, the four combinations in turn, the same for a seed.

    Combinations are class-form: "positive-negated" is "the film is never dull …". Raises
    ExplainerError if there are not `n` such sentences.
    """
    n, seed = number_of_cases(n), given_seed(seed)
    rng, combinations = Random(f"sentiment {seed}"), tuple(product(CLASSES, FORMS))
    cases: dict[str, Case] = {}
    for _ in range(TRIES_PER_CASE * n):
        if len(cases) == n:
            break
        case = _case(rng, *combinations[len(cases) % len(combinations)])
        cases.setdefault(case.text, case)
    if len(cases) < n:
        raise ExplainerError(
            f"Asked for {n} different sentences of 'sentiment', found {len(cases)}; ask for fewer."
        )
    return tuple(cases.values())


def _case(rng: Random, label: str, form: str) -> Case:
    other = CLASSES[1 - CLASSES.index(label)]
    negated = form == "negated"
    words = GOOD if (label == "positive") is not negated else BAD
    first, second = rng.sample(words, 2)
    opposites = BAD if words is GOOD else GOOD
    one, two = rng.sample(THINGS, 2)
    opening = rng.choice(OPENINGS)
    adverb = "" if negated else f"{rng.choice(ADVERBS)} "
    no, never = ("not ", "never ") if negated else ("", "")
    text, pair = (
        f"{opening}the {one} is {no}{adverb}{a} and the {two} is {never}{b} ."
        for a, b in (
            (first, second),
            (opposites[words.index(first)], opposites[words.index(second)]),
        )
    )
    return Case(text, label, other, "sentiment", f"{label}-{form}", first, pair)
