"""The evaluate page's results as a few lines of Python, and as a command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from explainer import Settings
from explainer.app.compute import Request
from explainer.app.evaluate.choices import OWN_FILE
from explainer.app.evaluate.protocols.found import REDRAWN
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.record import Record
from explainer.intervention.filling import Replacement
from explainer.tasks import KINDS


def sentence_snippet(request: Request, record: Record, replacement: Replacement) -> str:
    """A script that prints the Q that every method leaves of the sentence's."""
    changed = [f"{name}={value!r}" for name, value in request.settings.changed.items()]
    names = ["METHODS", "Case", "EvaluationOptions", *(["Settings"] if changed else [])]
    settings = f"settings=Settings({', '.join(changed)}), " if changed else ""
    return (
        f"from explainer import {', '.join(names)}, evaluate_sentence, load_model\n"
        "\n"
        "asked = Case(\n"
        f"    text={request.text!r},\n"
        f"    correct={record.correct!r},\n"
        f"    wrong={record.wrong!r},\n"
        ")\n"
        f"options = EvaluationOptions(\n"
        f"    {settings}methods=tuple(METHODS), replacements=({replacement!r},)\n"
        ")\n"
        f"record = evaluate_sentence(load_model({request.model!r}), asked, options=options)\n"
        "for outcome in record.outcomes:\n"
        "    print(outcome.method, outcome.level, outcome.words, outcome.mode, outcome.value)\n"
    )


def task_command(model: str, task: str, n: int, settings: Settings) -> str:
    """The command that measures a task as the page does, of all tasks `n` sentences each."""
    tasks = tuple(KINDS) if task == EVERY_TASK else (task,)
    return _command(model, tasks, n, settings)


def protocol_command(
    model: str, tasks: Sequence[str], n: int, protocol: str, settings: Settings
) -> str:
    """The commands that measure a protocol on `n` sentences of each task; a control's model first
    has its weights drawn anew."""
    first = ""
    if model.startswith(REDRAWN):
        first = f"python -m benchmarks.redrawn {model.removeprefix(REDRAWN)} {model}\n"
        model = f"./{model}"
    return first + _command(model, tasks, n, settings, "--protocols", protocol)


def _command(model: str, tasks: Sequence[str], n: int, settings: Settings, *more: str) -> str:
    which = ["--file", "sentences.csv"] if tuple(tasks) == (OWN_FILE,) else ["--task", *tasks]
    how = []
    for name, value in settings.changed.items():
        option = f"--{name.replace('_', '-')}"
        how += [option] if value is True else [option, str(value)]
    words = ["evaluate", *which, "--model", model, "--n", str(n), *more, *how, "--out", "runs"]
    return f"python -m explainer {shlex.join(words)}"
