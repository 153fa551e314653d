"""The command line: `influence-patterns app`, `explain …`, `evaluate …`, `corpus …`, `models`.

Exit codes: 0 done, 1 unexpected failure, 2 a mistake that the user can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from explainer import __version__
from explainer.base.errors import ExplainerError
from explainer.cli.app import add_app
from explainer.cli.corpus import add_corpus
from explainer.cli.evaluate import add_evaluate
from explainer.cli.explain import add_explain
from explainer.cli.models import add_models
from explainer.cli.report import NAME as REPORT
from explainer.cli.report import add_report

MODULE = "python -m explainer"
LONGEST = 500
"""Characters of a complaint about a command line, which repeats what was given, at most."""
DEBUG_VARIABLE = "EXPLAINER_DEBUG"

EXAMPLES = """examples:
  {program} app
  {program} explain "the farmers that the assistant loves [MASK] old ." --correct are --wrong is
  {program} explain "the film is not bad ." --model sentiment --label positive
  {program} explain "the farmers [MASK] old ." --out figure.svg
  {program} explain "the farmers [MASK] old ." --model ./my-bert --format json --flow
  {program} evaluate --task sva-obj --n 40 --out runs
  {program} corpus sentences.csv --out corpus
  {program} models"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints take one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {_shortened(_one_line(message))} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None, program: str = MODULE) -> int:
    """Run one command and return its exit code; never a traceback, unless EXPLAINER_DEBUG=1.

    `program` is what the command is called in its help.
    """
    options = _parser(program).parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        options.run(options)
        sys.stdout.flush()
    except ExplainerError as error:
        return _fail(2, f"error: {error}")
    except KeyboardInterrupt as interrupt:
        return _fail(130, str(interrupt) or "interrupted: nothing was done")
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


def _parser(program: str = MODULE) -> argparse.ArgumentParser:
    examples = EXAMPLES.format(program=program)
    parser = _Parser(
        prog=program,
        description="Influence patterns: which path of nodes, heads and skip connections carries "
        "each word's influence through BERT.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_app(commands, program)
    add_explain(commands, examples)
    add_evaluate(commands, program)
    add_corpus(commands, program)
    add_report(commands, program)
    add_models(commands, program)
    return parser


def _joined(arguments: Sequence[str]) -> list[str]:
    """The arguments, with a command of two words as one."""
    words = REPORT.split()
    if list(arguments[: len(words)]) == words:
        return [REPORT, *arguments[len(words) :]]
    return list(arguments)


def _fail(code: int, message: str) -> int:
    print(_one_line(message), file=sys.stderr)
    return code


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _shortened(message: str) -> str:
    """A complaint that a terminal takes as text, without its middle where it is long."""
    plain = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in message
    )
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST // 2]} … {plain[-LONGEST // 2 :]}"
