"""What follows a subject: the masked verb's two forms and the words after it."""

from __future__ import annotations

from random import Random
from typing import Literal

from explainer.tasks.words import Lexicon, Number, agree, form

Predicate = Literal["any", "present", "past", "have", "intransitive", "transitive"]
"""is/are or was/were and an adjective; has/have or another verb and a thing; another verb alone."""

WEIGHTS: dict[Predicate, int] = {
    "present": 5, "past": 2, "have": 1, "intransitive": 2, "transitive": 2,
}  # fmt: skip


def draw_predicate(
    rng: Random, words: Lexicon, number: Number, predicate: Predicate
) -> tuple[str, tuple[str, str]]:
    """Return the words after the verb, and the verb for `number` before that for the other."""
    if predicate == "any":
        predicate = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    thing = form(rng.choice(words.things), rng.choice(("singular", "plural")))
    if predicate == "present":
        tail, singular, plural = f" {rng.choice(words.adjectives)}", "is", "are"
    elif predicate == "past":
        tail, singular, plural = f" {rng.choice(words.adjectives)}", "was", "were"
    elif predicate == "have":
        tail, singular, plural = f" the {thing}", "has", "have"
    elif predicate == "transitive":
        verb = rng.choice(words.handling)
        tail, singular, plural = f" the {thing}", agree(verb, "singular"), agree(verb, "plural")
    else:
        verb = rng.choice(words.intransitive)
        tail, singular, plural = "", agree(verb, "singular"), agree(verb, "plural")
    return tail, (plural, singular) if number == "plural" else (singular, plural)
