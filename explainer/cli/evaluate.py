"""The command `evaluate`: tasks over many sentences, with everything that it leaves in a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.extras import need
from explainer.cli.arguments import add_machine, add_settings, settings_of
from explainer.cli.output import check_folder
from explainer.evaluation.reading.cases import COLUMNS

EXAMPLES = """examples:
  {program} evaluate --task sva-obj --n 40 --out runs
  {program} evaluate --task sva-obj sva-pp reflexive-number --n 1000 --out runs
  {program} evaluate --task sentiment --model sentiment --n 100 --out runs
  {program} evaluate --task sva-obj --protocols words --n 100 --out runs
  {program} evaluate --file reviews.csv --model ./my-bert --n 200 --out runs
  {program} evaluate --file reviews.jsonl --text-column review --label-column stars --out runs"""
HOLDS = {
    "text": "the sentence",
    "correct": "the word that is right at the mask",
    "wrong": "the word that is wrong there",
    "label": "the class, by name or number",
    "other": "the rival class, if there is one",
    "combination": "which sentences are of one form, if anything",
    "controller": "the word that the answer depends on, if anything",
    "pair": "the same sentence with other words, so that the other answer is right, if anything",
    "good": "a whole sentence that is right; the word in which the wrong one differs is masked",
    "bad": "the same sentence with one word that is wrong there, as in BLiMP",
}
"""What the columns of a person's own file hold."""
KEPT = "what is done is kept, and the same command goes on with the rest"


def add_evaluate(commands: Any, program: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        "evaluate",
        help="test over many sentences what patterns claim",
        description="Keep only the patterns of a task's sentences, or remove them, and compare "
        "with rival methods of equal size. A stopped run goes on when it is called again; all "
        "runs in the folder are summarised together.",
        epilog=EXAMPLES.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sentences(parser)
    _add_columns(parser)
    add_settings(parser)
    add_machine(parser)
    _add_comparison(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for everything")
    parser.add_argument("--list", action="store_true", help="list tasks and methods")
    parser.set_defaults(run=_run)


def _add_sentences(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which sentences")
    group.add_argument(
        "--model", metavar="NAME|DIR|HUB-ID", help="default: the built-in one for the task"
    )
    group.add_argument("--task", nargs="+", default=[], metavar="T", help="see --list")
    group.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="your own, as CSV, TSV or JSON lines: columns text, correct and wrong, text and "
        "label, or sentence_good and sentence_bad",
    )
    group.add_argument(
        "--n", type=int, default=100, metavar="N", help="sentences of each task (default: 100)"
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="S", help="draws sentences and random paths"
    )
    group.add_argument(
        "--split",
        choices=("held-out", "training"),
        default="held-out",
        help="words that the built-in model's generated training text lacks or has "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--predicate",
        default="present",
        metavar="P",
        help="masked verb of subject-verb tasks: present (is/are), past, have, intransitive, "
        "transitive or any (default: %(default)s)",
    )


def _add_columns(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("columns of your own file that are called otherwise")
    for role, usual in COLUMNS.items():
        group.add_argument(f"--{role}-column", default=usual, metavar="NAME", help=HOLDS[role])


def _add_comparison(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is compared")
    group.add_argument(
        "--methods",
        nargs="+",
        metavar="M",
        help="names from --list, or all (default: those marked * there)",
    )
    group.add_argument(
        "--replacement",
        nargs="+",
        choices=("zero", "baseline", "mean"),
        default=["zero", "baseline"],
        help="what takes the place of what is cut (default: zero and baseline, each by itself)",
    )
    group.add_argument(
        "--protocols",
        metavar="P,P",
        help="run these tests of methods instead, names from --list separated by commas",
    )
    group.add_argument(
        "--measured",
        type=int,
        metavar="N",
        help="measure what rivals' paths carry in the first N sentences only (default: all)",
    )


def _run(options: argparse.Namespace) -> None:
    if options.list:
        _list()
        return
    need("An evaluation", "evaluate")
    if options.out is None:
        raise ExplainerError("Nobody says where the results go: give --out with a folder.")
    check_folder(options.out)
    if options.protocols is not None:
        _run_protocols(options)
        return

    from explainer.cli.waiting import counting, interruptible, say
    from explainer.evaluation.effort import run_estimate
    from explainer.evaluation.evidence.findings import gap_note
    from explainer.evaluation.evidence.report import write_report
    from explainer.evaluation.methods import METHODS
    from explainer.evaluation.run import evaluate
    from explainer.figures.charts.evaluation_files import write_figures
    from explainer.models.registry import load_model

    for run in _runs(options):
        taken = _taken(run.sentences, options.n)
        model = load_model(run.model, device=options.device)
        name = run.sentences.task
        folder = options.out / name
        say(run_estimate(run, model, options.n, folder, options.memory), name)
        with interruptible(KEPT), counting(name, options.n) as update:
            evaluate(run, model, options.n, folder, update, memory=options.memory)
        if taken:
            print(taken)
    found, files = write_report(options.out)
    labels = {name: method.label for name, method in METHODS.items()}
    figures = write_figures(options.out, found.summary, found.consistency, labels)
    for count in found.counts:
        print("\n  ".join((f"{count.task} ({count.model}): {count.says}", *count.reasons())))
    print()
    for (model_name, task), rows in found.summary.groupby(["model", "task"], sort=False):
        note = gap_note(rows)
        if note:
            print(f"warning: {model_name}, {task}: {note}", file=sys.stderr)
    for finding in found.findings:
        print(finding.text)
    print(f"In {options.out}: {', '.join(file.name for file in files)}")
    print(f"and {figures[-1].name}, with its {len(figures) - 1} figures as SVG in figures")


def _run_protocols(options: argparse.Namespace) -> None:
    """The protocols alone; their lines are kept beside what `evaluate` keeps of the task."""
    from explainer.cli.waiting import counting, interruptible
    from explainer.evaluation.evidence.protocols.report import verdicts, write_protocols
    from explainer.evaluation.protocols.run import check_protocols, run_protocols
    from explainer.models.registry import load_model

    names = check_protocols([name for name in options.protocols.split(",") if name])
    for run in _runs(options):
        taken = _taken(run.sentences, options.n)
        model = load_model(run.model, device=options.device)
        task = run.sentences.task
        said = f"{task}: {', '.join(names)}"
        with interruptible(KEPT), counting(said, options.n * len(names)) as update:
            run_protocols(run, model, options.n, options.out / task, names, update, options.memory)
        if taken:
            print(taken)
    table, files = write_protocols(options.out)
    for line in verdicts(table):
        print(line)
    print(f"In {options.out}: {', '.join(file.name for file in files)}")


def _taken(sentences: Any, n: int) -> str | None:
    """How many of a file's sentences are taken, in words; raises for a file that cannot be read."""
    from explainer.evaluation.reading.cases import cases_of, cases_of_file

    taken = len(cases_of(sentences, n))
    if sentences.file is None:
        return None
    file = Path(sentences.file)
    there = len(cases_of_file(file, sentences.task, sentences.columns))
    if taken < there:
        return f"{file.name}: the first {taken:,} of {there:,} sentences (--n takes more)"
    return f"{file.name}: {'its one sentence' if there == 1 else f'all {there:,} sentences'}"


def _list() -> None:
    from explainer.evaluation.methods import DEFAULT_METHODS, METHODS
    from explainer.evaluation.protocols.table import PROTOCOLS
    from explainer.tasks import TASKS

    print("tasks")
    for task in TASKS:
        print(f"  {task}")
    print("protocols (--protocols)")
    for name, protocol in PROTOCOLS.items():
        print(f"  {name:32} {protocol.asks}")
    print("methods (* by default)")
    for name, method in METHODS.items():
        star = "*" if name in DEFAULT_METHODS else " "
        print(f"{star} {name:32} {method.label}; {' and '.join(method.levels)}")


def _runs(options: argparse.Namespace) -> list[Any]:
    """One run for each task."""
    from explainer.evaluation.methods import DEFAULT_METHODS, METHODS, check_methods
    from explainer.evaluation.options import EvaluationOptions
    from explainer.evaluation.reading.cases import Columns, Sentences
    from explainer.evaluation.run import Run

    if bool(options.task) == bool(options.file):
        raise ExplainerError("Give either --task with one or more names, or --file.")
    names = options.methods or DEFAULT_METHODS
    chosen = EvaluationOptions(
        settings=settings_of(options),
        methods=tuple(METHODS) if list(names) == ["all"] else check_methods(names),
        replacements=tuple(dict.fromkeys(options.replacement)),
        seed=options.seed,
        measured=options.measured,
    )
    file = options.file and str(options.file)
    columns = Columns(**{role: getattr(options, f"{role}_column") for role in COLUMNS})
    return [
        Run(
            options.model or ("sentiment" if task == "sentiment" else "agreement"),
            Sentences(
                task=task,
                seed=options.seed,
                split=options.split,
                predicate=options.predicate,
                file=file,
                columns=columns,
            ),
            chosen,
        )
        for task in (options.task or [options.file.stem])
    ]
