"""What figures of two texts say: of a pair, and of all of it in a sentence or two."""

from __future__ import annotations

from explainer.base.numbers import amount, counted, percent, signed
from explainer.figures.canvas.text import brief
from explainer.figures.canvas.wording import answer, measured
from explainer.figures.similarity.view import MANY, Shown
from explainer.results.similarity.matrix import Pair
from explainer.results.similarity.side import Side
from explainer.results.target import COSINE

NAMED = 3
"""Pairs that are named at most."""


def round_number(value: float) -> str:
    """A signed number with two digits behind the point, of a small one with a power of ten."""
    said = signed(value)
    return f"{value:+.0e}".replace("-", "−") if value and said == signed(0.0) else said


def token_name(side: Side, position: int) -> str:
    """A token, and its position where its text has it more than once: `the (4)`."""
    token = side.tokens[position]
    said = brief(token)
    return f"{said} ({position})" if side.tokens.count(token) > 1 else said


def pair_name(shown: Shown, first: int, second: int) -> str:
    """Two words: `“guitar” and “music”`."""
    one = token_name(shown.matrix.first, first)
    return f"“{one}” and “{token_name(shown.matrix.second, second)}”"


def of_pair(shown: Shown, pair: Pair) -> tuple[str, ...]:
    """What two words add, and which part of all that is."""
    whole = float(abs(shown.matrix.scores).sum())
    share = f", {percent(abs(pair.score) / whole)} of all (without signs)" if whole else ""
    return (
        pair_name(shown, pair.first, pair.second),
        f"together {measured(amount(pair.score, 3), COSINE)}{share}",
    )


def terms(shown: Shown) -> str:
    """The sum, and how the cosine comes of it."""
    matrix = shown.matrix
    rest = matrix.cosine - matrix.sum
    return (
        f"All pairs add up to {signed(matrix.sum)}; with the {signed(rest)} of the texts’ "
        f"references that is the cosine, {signed(matrix.cosine)}."
    )


def left_out(shown: Shown) -> str:
    """Which words of long texts are not drawn; nothing where all are."""
    if not shown.left_out:
        return ""
    return f"{counted(shown.left_out, 'word')} without a pair among the strongest {MANY} not drawn"


def said_of(shown: Shown) -> str:
    """The figure in a few sentences, for who cannot see it."""
    matrix = shown.matrix
    texts = " and ".join(answer(side.text) for side in (matrix.first, matrix.second))
    strongest = matrix.strongest(NAMED)
    named = [f"{pair_name(shown, i, j)} {amount(s, 3)}" for i, j, s in strongest if s]
    most = f" The strongest: {', '.join(named)}." if named else " No two words add anything."
    gone = left_out(shown) and f" {left_out(shown)}."
    return f"How near {texts} are, word by word. {terms(shown)}{most}{gone}"


def thinned(shown: Shown) -> str:
    """How many of all pairs are linked, and which part of all they are."""
    drawn, whole = shown.strongest, sum(abs(pair.score) for pair in shown.pairs)
    if not whole:
        return "no pair adds anything"
    share = sum(abs(pair.score) for pair in drawn) / whole
    every = counted(len(shown.pairs), "pair")
    return f"the strongest {len(drawn)} of {every}, {percent(share)} of Σ|S|"
