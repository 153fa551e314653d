"""Two words, each explained in a sentence of its own: what is compared, in a sentence."""

from __future__ import annotations

from explainer.figures.canvas import wording
from explainer.figures.patterns.summary import Piece
from explainer.results.apart.word_pair import WordPair
from explainer.results.explanation import Explanation
from explainer.results.target import LOG_PROBABILITY

ALIKE = 0.005
"""In log-probability: what is nearer rounds to no difference."""


def apart_headline(pair: WordPair) -> tuple[Piece, ...]:
    """Which of the two words is likelier, by how much, and what that compares.

    The texts of the pieces, one after the other, are the sentence.
    """
    one, other = pair.correct, pair.wrong
    sizes = [len(found.target.positions) for found in (one, other)]
    difference = pair.difference
    if abs(difference) < ALIKE:
        verb, by = " is as likely as ", ""
    else:
        verb = f" is {'more' if difference > 0 else 'less'} likely than "
        by = f" by {wording.measured(f'{abs(difference):.2f}', LOG_PROBABILITY)}"
    return (
        Piece(wording.answer(one.target.correct), "correct"),
        Piece(verb),
        Piece(wording.answer(other.target.correct), "wrong"),
        Piece(
            f"{by}, each in a sentence of its own with a mask for every word piece "
            f"({sizes[0]} and {sizes[1]})."
        ),
    )


def are_apart(first: Explanation, second: Explanation) -> bool:
    """Whether two explanations are of two words at the masks of one sentence, each by itself."""
    targets = first.target, second.target
    if first.model != second.model or any(
        target.unit != LOG_PROBABILITY or target.wrong is not None for target in targets
    ):
        return False
    rest = [
        [token for at, token in enumerate(found.tokens) if at not in found.target.positions]
        for found in (first, second)
    ]
    return rest[0] == rest[1] and targets[0].correct != targets[1].correct
