"""How long an evaluation takes on this machine, said before it begins."""

from __future__ import annotations

from pathlib import Path

from explainer.base.budget import given_budget
from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import read_case
from explainer.evaluation.reading.cases import cases_of
from explainer.evaluation.run import Run
from explainer.evaluation.stored import RECORDS, read_records
from explainer.influence.effort.count import passes
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.size import Size
from explainer.models.model import Model

PATHS = 0.07
"""What measuring one more method's paths takes, of an explanation: 0.03 to 0.12, where several
methods' paths begin alike."""
WAYS = 8
"""Passes for each method and replacement: at two levels, for two choices of words, kept and
removed."""
ATTENTION_FLOW = 4.5e5
"""In the time that attention flow spends on a pair of tokens in a block, for each word, so many
multiplications are done: at 32 and at 64 tokens."""


def sentence_estimate(
    model: Model, size: Size, options: EvaluationOptions, budget: int
) -> Estimate:
    """What the record of a question of this size takes; `budget` is in bytes of memory.

    Raises ExplainerError where that is too small for the sentence.
    """
    number, n_tokens = len(options.methods), size.n_tokens
    beside = passes(model.adapter, n_tokens, number * WAYS * len(options.replacements))
    if "attention-flow" in options.methods:
        beside += ATTENTION_FLOW * n_tokens**3 * model.info.layers
    times = 1 + PATHS * number
    return estimate(model, size, options.settings, budget, flow=True, times=times, beside=beside)


def run_estimate(
    run: Run, model: Model, n: int, folder: Path, memory: int | str | None = None
) -> Estimate:
    """What those of the run's first `n` sentences take that `folder` does not hold yet.

    `memory` is as in `explain`. Raises ExplainerError for records that are damaged and for
    sentences that there are not; what a sentence cannot be read for is said where it is evaluated.
    """
    budget = given_budget(memory, model.adapter.device)
    done: set[int] = set()
    if (folder / RECORDS).exists():
        done = {line["number"] for line in read_records(folder)}
    seconds, left = 0.0, 0
    for number, case in enumerate(cases_of(run.sentences, n)):
        if number in done:
            continue
        left += 1
        try:
            size = Size.of(*read_case(model, case))
            seconds += sentence_estimate(model, size, run.options, budget).seconds
        except ExplainerError:
            continue
    settings = run.options.settings
    sizes = (
        f"{counted(left, 'sentence')} × {settings.expected_points:,} points × "
        f"{model.info.layers} layers"
    )
    return Estimate(seconds, sizes)
