"""The command line: `python -m explainer explain …`, `evaluate …` and `models`.

Exit codes: 0 done, 1 unexpected failure, 2 a mistake that the user can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.cli.arguments import add_settings, settings_of
from explainer.cli.evaluate import add_evaluate
from explainer.cli.output import FORMATS, check_output, format_of, put
from explainer.cli.table import explanation_table, models_table
from explainer.results.explanation import Explanation

PROGRAM = "python -m explainer"
DEBUG_VARIABLE = "EXPLAINER_DEBUG"

EXAMPLES = f"""examples:
  {PROGRAM} explain "the farmers that the assistant loves [MASK] old ." --correct are --wrong is
  {PROGRAM} explain "the film is not bad ." --model sentiment --label positive
  {PROGRAM} explain "the farmers [MASK] old ." --out figure.svg
  {PROGRAM} explain "the farmers [MASK] old ." --model ./my-bert --format json --flow
  {PROGRAM} evaluate --task sva-obj --n 40 --out runs
  {PROGRAM} models"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints take one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {_one_line(message)} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never a traceback, unless EXPLAINER_DEBUG=1."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except ExplainerError as error:
        return _fail(2, f"error: {error}")
    except KeyboardInterrupt:
        return _fail(130, "interrupted")
    except BrokenPipeError:
        # The reader has left; Python would complain once more while closing the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        return _fail(
            1,
            f"unexpected failure: {type(error).__name__}: {error} ({DEBUG_VARIABLE}=1 shows where)",
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Influence patterns: which path of nodes, heads and skip connections carries "
        "each word's influence through BERT.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_explain(commands)
    add_evaluate(commands, PROGRAM)
    models = commands.add_parser(
        "models",
        help="list the models that can be loaded",
        description="List the built-in models, those already downloaded, and some to download. "
        "Any folder or hub id of a BERT with safetensors weights can be loaded too.",
        epilog=f"example:\n  {PROGRAM} models",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    models.set_defaults(run=_run_models)
    return parser


def _add_explain(commands: Any) -> None:
    parser = commands.add_parser(
        "explain",
        help="explain one sentence",
        description="Find the influence pattern of each word of a sentence.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", metavar="TEXT", help="a sentence; with [MASK] for a masked LM")
    parser.add_argument(
        "--model",
        default="agreement",
        metavar="NAME|DIR|HUB-ID",
        help="a built-in name, a folder or a hub id (default: %(default)s)",
    )
    _add_target(parser)
    add_settings(parser).add_argument(
        "--flow", action="store_true", help="add the flow of all influence by skip and heads"
    )
    _add_output(parser)
    parser.set_defaults(run=_run_explain)


def _add_target(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is explained (default: the model's own top two)")
    group.add_argument("--correct", metavar="W", help="the word whose logit counts (or id:N)")
    group.add_argument("--wrong", metavar="W", help="the word whose logit is taken off")
    group.add_argument("--label", metavar="L", help="the class, by name or number")
    group.add_argument("--other", metavar="L", help="one rival class (default: all others)")


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


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a share from 0 to 1")
    return value


# The commands import what computes only when they run: help and complaints come at once.


def _run_models(_: argparse.Namespace) -> None:
    from explainer.models.registry import available_models

    sys.stdout.write(models_table(available_models()))


def _run_explain(options: argparse.Namespace) -> None:
    from explainer.api import explain
    from explainer.models.registry import load_model
    from explainer.question.sentence import read_sentence

    chosen = options.format or format_of(options.out)
    check_output(options.out, chosen)
    settings = settings_of(options)
    with _status(f"Loading {options.model} …"):
        model = load_model(options.model)
    for note in read_sentence(model, options.text).notes:
        print(f"note: {note}", file=sys.stderr)
    with _status("Explaining …"):
        explanation = explain(
            model,
            options.text,
            correct=options.correct,
            wrong=options.wrong,
            label=options.label,
            other=options.other,
            settings=settings,
            flow=options.flow,
        )
        written = _written(explanation, chosen, options)
    # The table has the warning beside the number.
    if explanation.gap_warning and chosen != "table":
        print(f"warning: {explanation.gap_warning}", file=sys.stderr)
    put(written, options.out)


def _written(explanation: Explanation, chosen: str, options: argparse.Namespace) -> str:
    if chosen == "json":
        return explanation.to_json(indent=2) + "\n"
    if chosen == "table":
        return explanation_table(
            explanation, level=options.level, minimum_share=options.minimum_share
        )
    return _drawing(chosen)(
        explanation,
        level=options.level,
        minimum_share=options.minimum_share,
        overlay="both" if options.flow else "none",
    )


def _drawing(chosen: str) -> Callable[..., str]:
    # Figures are only loaded by those who draw.
    if chosen == "svg":
        from explainer.figures.patterns.svg import pattern_svg

        return pattern_svg
    from explainer.figures.patterns.html import pattern_html

    return pattern_html


@contextmanager
def _status(text: str) -> Iterator[None]:
    """Show on a terminal what is going on, and take it away again."""
    if not sys.stderr.isatty():
        yield
        return
    print(text, end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _fail(code: int, message: str) -> int:
    print(_one_line(message), file=sys.stderr)
    return code


def _one_line(message: str) -> str:
    return " ".join(message.split())
