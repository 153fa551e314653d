"""What `explain` adds to an explanation where it is asked for: stability, and other scores."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

from explainer.base.numbers import percent, short_amount
from explainer.cli.table import Rows, align
from explainer.figures.canvas import wording
from explainer.figures.patterns.scores import says_agreement
from explainer.results.beside.found import Beside
from explainer.results.beside.stability import Stability
from explainer.results.beside.word_scores import OWN, SCORED, WordScores
from explainer.results.explanation import Explanation
from explainer.results.merged import word_rows
from explainer.results.route import Level


def add_beside(group: Any) -> None:
    """Add the options to a group of a parser's."""
    group.add_argument(
        "--stability",
        action="store_true",
        help="add to the table or JSON whether each word's pattern is found again by the other "
        "search, a wider beam, more points and other baselines",
    )
    group.add_argument(
        "--scores",
        choices=[name for name in SCORED if name != OWN],
        metavar="METHOD",
        help="add another method's scores of the words, which a figure has in the place of "
        "influence: %(choices)s",
    )


def found_beside(
    model: Any, explanation: Explanation, options: argparse.Namespace, *, every: bool
) -> Beside:
    """What the options ask for; the stability of `every` word, or of those with enough influence.

    Raises ExplainerError as the functions of the api do.
    """
    # What computes is imported only by a command that runs.
    from explainer.api import stability, word_scores
    from explainer.question.quantity import Contrast

    contrast = Contrast(**{one.name: getattr(options, one.name) for one in fields(Contrast)})
    settings, text, pair = explanation.settings, options.text, options.pair
    scores: WordScores | None = None
    checked: tuple[Stability, ...] = ()
    if options.scores is not None:
        scores = word_scores(
            model, text, options.scores, pair=pair, contrast=contrast, settings=settings
        )
    patterns = explanation.drawn(0.0 if every else options.minimum_share)
    if options.stability and patterns:
        words = [pattern.source for pattern in patterns]
        checked = stability(
            *(model, text, words),
            pair=pair,
            contrast=contrast,
            settings=settings,
            memory=options.memory,
        )
    return Beside(scores, checked)


def beside_tables(
    explanation: Explanation, beside: Beside, level: Level, *, merge_pieces: bool
) -> list[str]:
    """The parts that follow the table of the explanation; scores of words, or of their pieces."""
    parts = []
    if beside.scores is not None:
        parts.append(scores_table(explanation, beside.scores, merge_pieces=merge_pieces))
    if beside.stability:
        parts.append(stability_table(explanation, beside.stability, level))
    return parts


def scores_table(explanation: Explanation, scores: WordScores, *, merge_pieces: bool) -> str:
    """A row for each word or token, with its influence and its score, and how far the two agree."""
    of = Rows.of(explanation, merge_pieces)
    if of.shown is not explanation:
        scores = scores.of_words(word_rows(explanation.tokens, explanation.words), of.shown.tokens)
    says = short_amount if scores.signed else percent
    rows = [
        (name, short_amount(influence), says(score))
        for name, influence, score in zip(of.names, of.shown.influence, scores.scores, strict=True)
    ]
    unit = explanation.target.unit if scores.signed else "share"
    table = align(("word", "g", f"{scores.label} ({unit})"), rows)
    return f"{table}\n({says_agreement(of.shown, scores)})"


def stability_table(
    explanation: Explanation, stability: tuple[Stability, ...], level: Level
) -> str:
    """A row for each check of each word, then what the word's pattern may be called.

    A word of several pieces has a pattern, and so checks, for each of them.
    """
    words = Rows.of(explanation, True)

    def name(position: int) -> str:
        word, piece = words.shown.tokens[words.row(position)], explanation.tokens[position]
        said = wording.name(explanation, position)
        return said if piece == word else f"{said} of {word}"

    rows = [
        (
            name(one.pattern.source),
            check.name,
            percent(one.nodes_kept(check)),
            percent(one.components_kept(check)),
            "" if check.found is None else short_amount(check.found.influence),
            "no influence" if check.found is None else percent(check.found.share(level)),
        )
        for one in stability
        for check in one.checks
    ]
    header = ("word", "checked by", "same nodes", "same steps", "g", "carried")
    verdicts = [f"{name(one.pattern.source)}: {one.says(level)}" for one in stability]
    # All words of a check share its path, and so its gap.
    warnings = [f"warning: {said}" for said in stability[0].gap_warnings()]
    return "\n".join((align(header, rows), *warnings, "", *verdicts))
