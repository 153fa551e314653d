"""The command `explain` for two words of different numbers of pieces: two sentences, one scale."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from explainer.base.checks import whole
from explainer.base.errors import ExplainerError
from explainer.cli.output import Format, put
from explainer.cli.table import explanation_table, signed
from explainer.results.apart.word_pair import WordPair
from explainer.results.settings import Settings


def explain_apart(
    model: Any, options: argparse.Namespace, settings: Settings, chosen: Format
) -> None:
    """Explain each word in a sentence of its own, and write both and their difference.

    Raises ExplainerError for what there is of one sentence alone.
    """
    for name in ("scores", "stability"):
        if getattr(options, name):
            raise ExplainerError(
                f"--{name} is of one sentence, and the two words have different numbers of pieces, "
                "so that each has a sentence of its own: leave it out, or choose words of as many "
                "pieces."
            )
    if chosen == "html":
        raise ExplainerError(
            "An HTML page holds one sentence, and the two words have different numbers of pieces, "
            "so that each has a sentence of its own: ask for --format svg, or choose words of as "
            "many pieces."
        )
    from explainer.base.budget import given_budget
    from explainer.cli.waiting import computing, interruptible
    from explainer.influence.apart.words import explain_words
    from explainer.influence.effort.estimate import together
    from explainer.influence.effort.size import Size
    from explainer.question.masks.asked import read_for_word

    read = [
        read_for_word(model, options.text, words, options.mask)
        for words in (options.correct, options.wrong)
    ]
    for note in read[0].notes:
        print(f"note: {note}", file=sys.stderr)
    sizes = [Size.alone(sentence) for sentence in read]
    budget = given_budget(options.memory, model.adapter.device)
    words = None if options.words is None else whole("number of words", options.words, 1)
    effort = together(model, sizes, settings, budget, words=words, flow=options.flow)
    with interruptible("there is no result"), computing("Explaining …", effort):
        found = explain_words(
            model,
            options.text,
            options.correct,
            options.wrong,
            mask=options.mask,
            settings=settings,
            flow=options.flow,
            words=options.words,
            candidates=options.candidates,
            memory=options.memory,
            precision=options.precision,
        )
    for one in (found.correct, found.wrong):
        if one.gap_warning and chosen != "table":
            print(f"warning: {one.target.label}: {one.gap_warning}", file=sys.stderr)
    put(_written(found, chosen, options), options.out)


def _written(found: WordPair, chosen: Format, options: argparse.Namespace) -> str | bytes:
    if chosen == "json":
        return found.to_json(indent=2) + "\n"
    if chosen == "table":
        tables = [
            explanation_table(
                one,
                level=options.level,
                minimum_share=options.minimum_share,
                heads=options.heads,
                merge_pieces=options.merge_pieces,
            )
            for one in (found.correct, found.wrong)
        ]
        one, other = found.correct.target.correct, found.wrong.target.correct
        says = f"difference  log P({one}) − log P({other}) = {signed(found.difference)}"
        return "\n".join((*tables, f"{says}, each in its own sentence\n"))
    # Figures are only loaded by those who draw.
    from explainer.figures import pattern_pair_svg

    svg = pattern_pair_svg(
        found.correct,
        found.wrong,
        level=options.level,
        minimum_share=options.minimum_share,
        overlay="both" if options.flow else "none",
        merge_pieces=options.merge_pieces,
    )
    if chosen == "svg":
        return svg
    from explainer.figures.canvas.pdf import to_pdf

    return to_pdf(svg)
