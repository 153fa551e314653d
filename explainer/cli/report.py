"""The command `corpus report`: what the sentences of a run have in common, as a page or figure."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.extras import need
from explainer.base.files import write_whole
from explainer.base.quote import quote
from explainer.cli.output import check_output

NAME = "corpus report"
EXAMPLES = """examples:
  {program} corpus report corpus --out report.html
  {program} corpus report corpus --out plural.svg --group plural-plural
  {program} corpus report corpus --out numbers.html --group singular-plural --beside plural-plural
  {program} corpus report corpus --out mistakes.html --wrong-answers
  {program} corpus report mine --out models.html --other theirs"""
ENDINGS = (".html", ".svg")
MOST_GROUPS = 12
"""Groups that a page draws beside the whole, where there are no more."""


def add_report(commands: Any, program: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        NAME,
        help="what the sentences of a corpus have in common",
        description="Draw the patterns of all sentences of a run as one graph, as far as the run "
        "has come: how often each step is taken and what it carries, by which heads. A page lists "
        "what the heads do too, and has a graph for every group.",
        epilog=EXAMPLES.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `corpus --out` was given")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="report.html or figure.svg"
    )
    parser.add_argument("--group", metavar="G", help="sentences of this group only")
    parser.add_argument(
        "--beside", metavar="G", help="and of this one, with what differs, on a page"
    )
    parser.add_argument(
        "--other",
        type=Path,
        metavar="DIR",
        help="the run of another model beside it, with where influence comes from in both, on a "
        "page",
    )
    parser.add_argument("--word", metavar="W", help="sentences with this token only")
    answers = parser.add_mutually_exclusive_group()
    answers.add_argument(
        "--right-answers", action="store_true", help="only where the answer is preferred"
    )
    answers.add_argument("--wrong-answers", action="store_true", help="only where its rival is")
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.02,
        metavar="T",
        help="draw steps that carry this share of what the strongest does (default: %(default)s)",
    )
    parser.add_argument("--dark", action="store_true", help="for a dark page")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    ending = options.out.suffix.lower()
    if ending not in ENDINGS:
        raise ExplainerError(
            f"The file {quote(options.out.name)} is neither a page nor a figure: give it a name "
            f"that ends with {' or '.join(ENDINGS)}."
        )
    check_output(options.out, "svg" if ending == ".svg" else "html")
    need("A report", "evaluate", ("filelock", "plotly", "pyarrow"))
    from explainer.corpus.common import common_pattern, groups_of
    from explainer.corpus.results import Corpus
    from explainer.figures.common.graph import common_svg
    from explainer.figures.common.report import common_html
    from explainer.figures.common.said import common_summary

    corpus = Corpus.open(options.folder)
    right = True if options.right_answers else False if options.wrong_answers else None
    chosen = {"right": right, "word": options.word}
    common = common_pattern(corpus, group=options.group, **chosen)
    if options.beside is not None and options.other is not None:
        raise ExplainerError("--beside is for two groups, --other for two runs: give one of them.")
    if options.beside is not None:
        _differing(options, corpus, common, chosen)
        return
    if options.other is not None:
        _models(options, common, chosen)
        return
    how = {"threshold": options.threshold, "dark": options.dark}
    if ending == ".svg":
        content = common_svg(common, **how)
    else:
        names = groups_of(corpus, **chosen) if options.group is None else ()
        several = 1 < len(names) <= MOST_GROUPS
        groups = {
            name: common_pattern(corpus, group=name, **chosen)
            for name in (names if several else ())
        }
        content = common_html(common, groups, **how)
    write_whole(options.out, content)
    print(common_summary(common))
    if corpus.rows_done < corpus.rows:
        print(f"The run has come to row {corpus.rows_done:,} of {corpus.rows:,}.")
    print(f"Written to {options.out}")


def _differing(
    options: argparse.Namespace, corpus: Any, common: Any, chosen: dict[str, Any]
) -> None:
    """A page of two groups, with what differs."""
    from explainer.corpus.common import common_pattern
    from explainer.figures.common.report import difference_html
    from explainer.figures.common.said import difference_summary
    from explainer.results.common.difference import CommonDifference

    if options.group is None:
        raise ExplainerError("--beside is for two groups: name the first with --group.")
    if options.out.suffix.lower() != ".html":
        raise ExplainerError("Two groups make a page: give --out a name that ends with .html.")
    beside = common_pattern(corpus, group=options.beside, **chosen)
    difference = CommonDifference(common, beside)
    names = options.group, options.beside
    how = {"threshold": options.threshold, "dark": options.dark}
    write_whole(options.out, difference_html(difference, names, **how))
    print(difference_summary(difference, names))
    print(f"Written to {options.out}")


def _models(options: argparse.Namespace, common: Any, chosen: dict[str, Any]) -> None:
    """A page of two runs, of two models as a rule."""
    from explainer.corpus.common import common_pattern
    from explainer.corpus.results import Corpus
    from explainer.figures.common.models import models_html, models_summary

    if options.out.suffix.lower() != ".html":
        raise ExplainerError("Two runs make a page: give --out a name that ends with .html.")
    other = common_pattern(Corpus.open(options.other), group=options.group, **chosen)
    names = common.model.name, other.model.name
    if names[0] == names[1]:
        names = str(options.folder), str(options.other)
    how = {"threshold": options.threshold, "dark": options.dark}
    write_whole(options.out, models_html(common, other, names, **how))
    print(models_summary(common, other, names))
    print(f"Written to {options.out}")
