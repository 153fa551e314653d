"""Where another method's scores stand in the place of influence, in words."""

from __future__ import annotations

import math

from explainer.base.numbers import counted
from explainer.figures.canvas import wording
from explainer.figures.patterns.drawn import Drawn
from explainer.results.beside.word_scores import WordScores, agreement
from explainer.results.explanation import Explanation


def says_bars(drawn: Drawn, what: str = "The bars") -> str:
    """Whose scores the bars (or `what`) are, and how far they agree with influence; empty where
    they are influence."""
    scores = drawn.view.scores
    if scores is None:
        return ""
    return f"{what} are {scores.label}, which {_finds(drawn.explanation, scores)}."


def says_agreement(explanation: Explanation, scores: WordScores) -> str:
    """How far scores agree with influence on the words, as a sentence."""
    return f"{scores.label[:1].upper()}{scores.label[1:]} {_finds(explanation, scores)}."


def _finds(explanation: Explanation, scores: WordScores) -> str:
    """What a method finds: its strongest word beside that of influence, and how both rank."""
    found = agreement(explanation, scores)
    if found.by_scores is None or found.by_influence is None:
        return "has no word to be compared on"
    ours, theirs = (
        f"“{wording.name(explanation, at)}”" for at in (found.by_influence, found.by_scores)
    )
    by_g = "as influence g does" if ours == theirs else f"influence g {ours}"
    first = f"finds {theirs} the strongest word, {by_g}"
    if math.isnan(found.correlation):
        return first
    beside = "g" if scores.signed else "|g|, since it has no signs,"
    correlation = f"{found.correlation:.2f}".replace("-", "−")
    return (
        f"{first}; over {counted(len(found.words), 'word')} its rank correlation with {beside} is "
        f"{correlation}"
    )
