"""How long an evaluation takes on this machine, said before it begins."""

from __future__ import annotations

from explainer.evaluation.options import Options
from explainer.influence.effort.count import passes
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.models.model import Model

PATHS = 0.3
"""What measuring one more method's paths takes, of an explanation."""
WAYS = 8
"""Passes for each method and replacement: at two levels, for two choices of words, kept and
removed."""
ATTENTION_FLOW = 4.5e5
"""In the time that attention flow spends on a pair of tokens in a block, for each word, so many
multiplications are done: at 32 and at 64 tokens."""


def sentence_estimate(model: Model, n_tokens: int, options: Options, budget: int) -> Estimate:
    """What the record of a sentence of `n_tokens` takes; `budget` is in bytes of memory.

    Raises ExplainerError where that is too small for the sentence.
    """
    number = len(options.methods)
    beside = passes(model.adapter, n_tokens, number * WAYS * len(options.replacements))
    if "attention-flow" in options.methods:
        beside += ATTENTION_FLOW * n_tokens**3 * model.info.layers
    times = 1 + PATHS * number
    return estimate(
        model, n_tokens, options.settings, budget, flow=True, times=times, beside=beside
    )
