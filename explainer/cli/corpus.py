"""The command `corpus`: the patterns of every sentence of a file or task, kept as tables."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.extras import need
from explainer.base.files import named
from explainer.base.numbers import counted
from explainer.base.quote import listed, quote
from explainer.cli.arguments import add_machine, add_settings, settings_of
from explainer.tasks import TASKS

EXAMPLES = """examples:
  {program} corpus sentences.txt --out corpus
  {program} corpus pairs.parquet --out corpus --workers 8
  {program} corpus reviews.csv --model sentiment --out corpus --words 5
  {program} corpus sva-obj --n 1000 --out corpus
  {program} corpus sentences.csv --out /shared/corpus --ray 10.0.0.7:6379"""
KEPT = "what is done is kept, and the same command goes on with the rest"
REASONS = 3
"""Commonest reasons that are printed of rows that cannot be explained."""
LONGEST_REASON = 160


def add_corpus(commands: Any, program: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        "corpus",
        help="the patterns of many sentences, as tables",
        description="Explain every row of a file, or the sentences of a task, and keep what comes "
        "of it as Parquet, part by part. A run that was stopped goes on when it is called again "
        "with the same input, model and options; a row that cannot be explained is kept with the "
        "reason.",
        epilog=EXAMPLES.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a file with a sentence a line; CSV, TSV, JSON lines or Parquet with a column text "
        "and, where wanted, pair, correct, wrong, label, other, group and id; or a task: "
        + ", ".join(TASKS),
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the tables"
    )
    parser.add_argument(
        "--model",
        metavar="NAME|DIR|HUB-ID",
        help="default: agreement, and sentiment for its own task",
    )
    parser.add_argument(
        "--n", type=int, metavar="N", help="sentences of a task (default: 100), not of a file"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="draws the sentences of a task"
    )
    parser.add_argument(
        "--words",
        type=int,
        metavar="N",
        help="follow the N strongest words of each sentence (default: all)",
    )
    group = add_settings(parser)
    group.add_argument(
        "--part-size",
        type=int,
        default=200,
        metavar="K",
        help="rows of a file of the tables; what is lost at a stop is one for each worker at most "
        "(default: %(default)s)",
    )
    machine = add_machine(parser)
    machine.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that compute, each with one thread and --memory of its own (default: one "
        "for each core, on a GPU one, on a cluster as many as it has room for)",
    )
    machine.add_argument(
        "--ray",
        metavar="local|ADDRESS",
        help="compute under Ray Data (extra ray): on this machine, or on the cluster whose head is "
        "at HOST:PORT, which sees --out and the model's folder by the same paths",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    need("A corpus", "evaluate", ("filelock", "pyarrow"))
    from explainer.cli.waiting import counting, interruptible
    from explainer.corpus.run import run_corpus

    source, name = _source(options)
    model = options.model or ("sentiment" if options.input == "sentiment" else "agreement")
    with interruptible(KEPT), counting(name, 1) as update:
        found = run_corpus(
            *(model, source, options.out),
            settings=settings_of(options),
            words=options.words,
            workers=options.workers,
            ray=options.ray,
            part_size=options.part_size,
            memory=options.memory,
            device=options.device,
            progress=update,
        )
    errors = found.table("errors")
    done = found.rows_done - errors.num_rows
    print(f"{done:,} of {counted(found.rows, 'row')} explained")
    if errors.num_rows:
        print(f"{counted(errors.num_rows, 'row')} could not be explained, among them:")
        for reason, count in Counter(errors["reason"].to_pylist()).most_common(REASONS):
            said = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
            print(f"  {count:,} × {said}")
    kept = [
        table for table in ("sentences", "patterns", "errors") if (options.out / table).exists()
    ]
    print(f"In {options.out}: run.json and the tables {listed(kept)}, as Parquet")


def _source(options: argparse.Namespace) -> tuple[Any, str]:
    """The input, and what it is called. A file comes before a task of its name."""
    from explainer.corpus.source import FileSource, TaskSource

    path = Path(options.input)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError:  # a name that is too long, among others
        is_folder = is_there = False
    if is_folder:
        raise ExplainerError(f"{named(path)} is a folder: name a file in it.")
    if is_there or options.input not in TASKS:
        if not is_there:
            raise ExplainerError(
                f"There is no file {named(path)}, and no task of that name: name a file, or one of "
                f"{listed(TASKS)}."
            )
        if options.n is not None:
            raise ExplainerError(
                f"--n is for tasks, and {quote(path.name)} is a file, of which every row is read: "
                "leave it out."
            )
        return FileSource(path), path.name
    return TaskSource(options.input, 100 if options.n is None else options.n, options.seed), (
        options.input
    )
