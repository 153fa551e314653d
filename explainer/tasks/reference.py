"""Sentences that stand for what a model usually reads: the mean over them replaces what is cut."""

from __future__ import annotations

from explainer.tasks.case import KINDS
from explainer.tasks.generate import generate
from explainer.tasks.sentiment import sentiment_cases

OF_EACH_KIND = 8
SEED = 1000
"""Far from the seeds that people use for the sentences they evaluate."""


def reference_texts(task: str) -> tuple[str, ...]:
    """Sixty-four sentences with a mask for a masked LM, or without one for others."""
    if task == "masked-lm":
        cases = [
            case for kind in KINDS for case in generate(kind, OF_EACH_KIND, SEED, split="training")
        ]
    else:
        cases = list(sentiment_cases(OF_EACH_KIND * len(KINDS), SEED))
    return tuple(case.text for case in cases)
