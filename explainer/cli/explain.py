"""The command `explain`: one sentence, as a table, JSON or a figure."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from explainer.base.checks import whole
from explainer.base.errors import ExplainerError, UnlikeWordsError
from explainer.base.extras import need
from explainer.base.quote import quote
from explainer.cli.apart import explain_apart
from explainer.cli.arguments import add_machine, add_settings, settings_of
from explainer.cli.asked import add_target, take_words, words_asked
from explainer.cli.beside import Beside, add_beside, beside_tables, found_beside
from explainer.cli.output import FORMATS, check_output, format_of, put
from explainer.cli.similarity import add_similarity, explain_similarity, is_asked
from explainer.cli.table import explanation_table
from explainer.question.kept import KEPT
from explainer.results.explanation import Explanation
from explainer.results.reduced import PRECISIONS


def add_explain(commands: Any, examples: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        "explain",
        help="explain one sentence",
        description="Find the influence pattern of each word of a sentence.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", metavar="TEXT", help="a sentence; with [MASK] for a masked LM")
    parser.add_argument(
        "--pair",
        metavar="TEXT",
        help="a second text: a classifier reads it with the first, a question is about it, a "
        "sentence encoder compares it",
    )
    parser.add_argument(
        "--shorten",
        choices=KEPT,
        help="of a text that is too long for the model, keep its start, its end, or a window "
        "around the mask (default: refuse it)",
    )
    parser.add_argument(
        "--model",
        default="agreement",
        metavar="NAME|DIR|HUB-ID",
        help="a built-in name, a folder or a hub id (default: %(default)s)",
    )
    parser.add_argument(
        "--pooling",
        choices=("mean", "cls"),
        help="of a sentence encoder whose folder does not say it: the mean of all tokens, or [CLS]",
    )
    add_target(parser)
    add_similarity(parser)
    group = add_settings(parser)
    group.add_argument(
        "--words",
        type=int,
        metavar="N",
        help="find the patterns of the N strongest words only (default: of all)",
    )
    group.add_argument(
        "--flow", action="store_true", help="add the flow of all influence by skip and heads"
    )
    group.add_argument(
        "--heads",
        action="store_true",
        help="add to the table how each head on the way carries: by its value, key and query",
    )
    group.add_argument(
        "--candidates",
        action="store_true",
        help="add to JSON what skip and every head would carry on each step, and how",
    )
    add_beside(group)
    add_machine(parser).add_argument(
        "--precision",
        choices=PRECISIONS,
        default="full",
        help="of matrix products; less than full is faster on a GPU, and the result says how far "
        "it is off (default: %(default)s)",
    )
    _add_output(parser)
    parser.set_defaults(run=_run)


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format", choices=FORMATS, help="default: by the ending of --out, or table"
    )
    group.add_argument("--out", type=Path, metavar="FILE", help="write to FILE")
    group.add_argument(
        "--level",
        choices=("embedding", "attention"),
        default="attention",
        help="nodes alone, or with the head or skip of each step (default: %(default)s)",
    )
    group.add_argument(
        "--minimum-share",
        type=_share,
        default=0.05,
        metavar="S",
        help="show words with at least this share of all influence (default: %(default)s)",
    )
    group.add_argument(
        "--merge-pieces",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="one row for each word in tables and figures, with the sums over its pieces, or a row "
        "for each word piece, as JSON has it (default: a row for each word)",
    )


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a share from 0 to 1")
    return value


def _run(options: argparse.Namespace) -> None:
    chosen = options.format or format_of(options.out)
    check_output(options.out, chosen)
    if options.heads and chosen != "table":
        raise ExplainerError(
            f"--heads adds to a table, and the output is {chosen}: leave it out (JSON has what it "
            "adds), or ask for --format table."
        )
    if options.candidates and chosen != "json":
        raise ExplainerError(
            f"--candidates adds to JSON, and the output is {chosen}: leave it out, or ask for "
            "--format json."
        )
    if options.stability and chosen not in ("table", "json"):
        raise ExplainerError(
            f"--stability adds to a table or JSON, and the output is {chosen}: leave it out, or "
            "ask for --format table."
        )
    if chosen == "html":
        need("An HTML page", "evaluate", ("plotly",))
    if chosen == "pdf":
        need("A PDF", "pdf")
    settings, by_word = settings_of(options), is_asked(options)
    take_words(options)

    # What computes is imported only by a command that runs: help and complaints come at once.
    from explainer.api import explain
    from explainer.cli.waiting import computing, interruptible, status
    from explainer.models.registry import load_model

    with status(f"Loading {options.model} …"):
        model = load_model(options.model, device=options.device, pooling=options.pooling)
    if options.shorten is not None:
        _shorten(model, options)
    if by_word:
        explain_similarity(model, options, settings, chosen)
        return
    try:
        notes = _sentence(model, options).notes
    except UnlikeWordsError:
        explain_apart(model, options, settings, chosen)
        return
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    with interruptible("there is no result"), computing("Explaining …", _estimate(model, options)):
        explanation = explain(
            model,
            options.text,
            pair=options.pair,
            correct=options.correct,
            wrong=options.wrong,
            label=options.label,
            other=options.other,
            word=options.word,
            answer=options.answer,
            mask=options.mask,
            settings=settings,
            flow=options.flow,
            words=options.words,
            candidates=options.candidates,
            memory=options.memory,
            precision=options.precision,
        )
        beside = found_beside(model, explanation, options, every=chosen == "json")
        written = _written(explanation, beside, chosen, options)
    # The table has the warning beside the number.
    if explanation.gap_warning and chosen != "table":
        print(f"warning: {explanation.gap_warning}", file=sys.stderr)
    put(written, options.out)


def _shorten(model: Any, options: argparse.Namespace) -> None:
    """Leave of the text what the model reads, and say so."""
    from explainer.question.shorten import shorten

    kept = shorten(model, options.text, options.shorten, pair=options.pair)
    if kept != options.text:
        part = "around the mask" if options.shorten == "window" else f"of its {options.shorten}"
        words = f"{len(kept.split()):,} of {len(options.text.split()):,} words, {part}"
        print(f"note: The text is too long for the model, and {words}, are read.", file=sys.stderr)
        options.text = kept


def _sentence(model: Any, options: argparse.Namespace) -> Any:
    """The text as it is read for what is asked."""
    from explainer.question.masks.asked import read_asked

    return read_asked(model, options.text, options.pair, words_asked(options))


def _estimate(model: Any, options: argparse.Namespace) -> Any:
    """What the explanation takes; raises ExplainerError as the explanation would."""
    from explainer.base.budget import given_budget
    from explainer.influence.effort.estimate import estimate
    from explainer.influence.effort.size import Size
    from explainer.influence.stability.found import stability_effort

    size = Size.most(model, _sentence(model, options), words_asked(options))
    budget = given_budget(options.memory, model.adapter.device)
    words = None if options.words is None else whole("number of words", options.words, 1)
    settings, more = settings_of(options), 0.0
    if options.stability:
        more = stability_effort(model.adapter, size, settings, budget, words)
    return estimate(model, size, settings, budget, words=words, flow=options.flow, beside=more)


def _written(
    explanation: Explanation, beside: Beside, chosen: str, options: argparse.Namespace
) -> str | bytes:
    if chosen == "json":
        return explanation.to_json(indent=2, beside=beside.to_dict()) + "\n"
    if chosen == "table":
        table = explanation_table(
            explanation,
            level=options.level,
            minimum_share=options.minimum_share,
            heads=options.heads,
            merge_pieces=options.merge_pieces,
        )
        more = beside_tables(explanation, beside, options.level, merge_pieces=options.merge_pieces)
        return "\n".join((table, *(f"{part}\n" for part in more)))
    # Figures are only loaded by those who draw.
    from explainer.figures import View, pattern_html, pattern_pdf, pattern_svg

    view = View(
        level=options.level,
        minimum_share=options.minimum_share,
        overlay="both" if options.flow else "none",
        merge_pieces=options.merge_pieces,
        scores=beside.scores,
    )
    if chosen == "pdf":
        return pattern_pdf(explanation, view)
    return (pattern_svg if chosen == "svg" else pattern_html)(explanation, view)
