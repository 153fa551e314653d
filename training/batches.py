"""The batches of a training run: natural sentences, packed rows and generated sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from transformers import PreTrainedTokenizerBase

from explainer.tasks import Case, generate
from explainer.tasks.lexicon import Verb
from training.masking import Batch, Special, ask_cases, framed, mask_some
from training.recipe import Recipe, Stage
from training.text import Pieces, packed_rows, single_batches

UNCHANGED = {
    *("is", "are", "was", "were", "has", "have"),
    *("himself", "herself", "themselves"),
}
"""Answers that are not main verbs."""


def batches(
    recipe: Recipe,
    stage: Stage,
    text: Pieces,
    tokenizer: PreTrainedTokenizerBase,
    verbs: Sequence[Verb],
    step: int,
) -> Iterator[tuple[Batch, Batch, Batch]]:
    """Yield, for ever, a step's single natural sentences, packed rows and generated sentences."""
    special = Special.of(tokenizer)
    rng, draw = np.random.default_rng([recipe.seed, step]), Random(f"{recipe.seed} {step}")
    single = single_batches(text, recipe.single_tokens, rng)
    packed = packed_rows(text, recipe.packed_length, special.sep, rng)
    while True:
        rows = [next(packed) for _ in range(recipe.packed)]
        cases = [
            widen(vary(case, draw), verbs, stage.wider, draw)
            for kind, n in stage.mix.items()
            for case in generate(kind, n, draw.randrange(2**32), "training")
        ]
        yield (
            mask_some(framed(next(single), special), special, recipe.natural_share, rng),
            mask_some(framed(rows, special), special, recipe.natural_share, rng),
            ask_cases(cases, tokenizer, special, stage.others, rng),
        )


def vary(case: Case, draw: Random) -> Case:
    """Return a case as people also type it: now and then with who for that, without its stop."""
    text = case.text
    if draw.random() < 0.25:
        text = text.replace(" that the ", " who the ").replace(" that ", " who ", 1)
    if draw.random() < 0.1:
        text = text.removesuffix(" .")
    return replace(case, text=text)


def widen(case: Case, verbs: Sequence[Verb], share: float, draw: Random) -> Case:
    """Return a share of the cases that ask for a main verb with some other verb as their answer.

    The sentence may then mean little; what is to be learnt is the verb's number.
    """
    if case.correct in UNCHANGED or draw.random() >= share:
        return case
    verb = draw.choice(verbs)
    numbers = case.combination.split("-")
    if numbers[1 if case.kind == "sva-inner" else 0] == "plural":
        return replace(case, correct=verb.base, wrong=verb.third)
    return replace(case, correct=verb.third, wrong=verb.base)
