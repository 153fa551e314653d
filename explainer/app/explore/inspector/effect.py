"""What a cut does, in words: Q before and after, and where Q and probability part."""

from __future__ import annotations

from collections.abc import Sequence

from explainer import Prediction
from explainer.base.numbers import percent
from explainer.figures.canvas.text import brief
from explainer.figures.canvas.wording import measured
from explainer.results.target import Target

MOVES = 0.005
"""A change of probability that is said to be one."""


def says_effect(target: Target, after: float, name: str) -> str:
    """By how much the answer leads its rival as it is, and after the cut called `name`."""
    name = name[:1].lower() + name[1:]
    return f"{_leads(target, target.value)}; {name}, {_leads(target, after)}."


def _leads(target: Target, value: float) -> str:
    correct = f"“{brief(target.correct)}”"
    if target.wrong is None:
        stands = f"{value:.2f}".replace("-", "−")
        return f"{correct} stands at {measured(stands, target.unit)}"
    wrong = f"“{brief(target.wrong)}”"
    first, second = (correct, wrong) if value >= 0 else (wrong, correct)
    return f"{first} leads {second} by {abs(value):.2f}"


def says_odd(
    target: Target, after: float, before: Sequence[Prediction], changed: Sequence[Prediction]
) -> str | None:
    """Why an answer becomes likelier while it leads its rival by less, or the other way round.

    None where Q and probability go the same way, and where a probability is not known.
    """
    first, second = (_probability(target.correct, found) for found in (before, changed))
    if target.wrong is None or first is None or second is None:
        return None
    rises, falls = second - first > MOVES, first - second > MOVES
    correct, wrong = (f"“{brief(word)}”" for word in (target.correct, target.wrong))
    moved = f"from {percent(first)} to {percent(second)}"
    if rises and after < target.value:
        return (
            f"{correct} becomes likelier all the same, {moved}: Q compares it with {wrong} alone, "
            "and what else the model could say loses more."
        )
    if falls and after > target.value:
        return (
            f"{correct} becomes less likely all the same, {moved}: Q compares it with {wrong} "
            "alone, and what else the model could say gains."
        )
    return None


def _probability(word: str, found: Sequence[Prediction]) -> float | None:
    return next((p.probability for p in found if p.word == word), None)
