"""The batches of a training run: natural sentences, packed rows and generated sentences."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
from transformers import PreTrainedTokenizerBase

from explainer.tasks import Case, generate
from training.masking import Batch, Special, ask_cases, framed, mask_some
from training.recipe import Recipe, Stage
from training.text import Pieces, packed_rows, single_batches


def batches(
    recipe: Recipe, stage: Stage, text: Pieces, tokenizer: PreTrainedTokenizerBase, step: int
) -> Iterator[tuple[Batch, Batch, Batch]]:
    """Yield, for ever, a step's single natural sentences, packed rows and generated sentences."""
    special = Special.of(tokenizer)
    rng, draw = np.random.default_rng([recipe.seed, step]), Random(f"{recipe.seed} {step}")
    single = single_batches(text, recipe.single_tokens, rng)
    packed = packed_rows(text, recipe.packed_length, special.sep, rng)
    while True:
        rows = [next(packed) for _ in range(recipe.packed)]
        cases = [
            vary(case, draw)
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
    return Case(text, case.correct, case.wrong, case.kind, case.combination, case.controller)
