"""A run: the sentences of one task under one model, a record each, kept in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from explainer.base.budget import given_budget
from explainer.base.checks import instance, text
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.evaluation.keeping import Keeping
from explainer.evaluation.line import Line, left_out
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.sentence import Fillings, evaluate_sentence, fillings
from explainer.evaluation.stored import SCHEMA
from explainer.models.model import Model, given_model
from explainer.tasks import Case


@dataclass(frozen=True)
class Run:
    """What is run: sentences, the model's name, and options.

    Raises ExplainerError for anything else.
    """

    model: str
    sentences: Sentences
    options: EvaluationOptions

    def __post_init__(self) -> None:
        text("run's model", self.model)
        instance("run's sentences", self.sentences, Sentences, "a Sentences, which names a task")
        instance("run's options", self.options, EvaluationOptions, "an EvaluationOptions")

    def described(self, model: Model) -> dict[str, Any]:
        """Plain values, as in `run.json`, with what `model` is."""
        choices: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        known = {"info": asdict(model.info), "fingerprint": fingerprint(model)}
        return {"schema": SCHEMA, **choices, **known}


def fingerprint(model: Model) -> str:
    """SHA-256 of the model's weights: the same name may come to stand for another model."""
    digest = sha256()
    for name, weight in sorted(model.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def evaluate(
    run: Run,
    model: Model,
    n: int,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    memory: int | str | None = None,
) -> None:
    """Evaluate those of the run's first `n` sentences that `folder` does not hold yet.

    Each becomes a line of JSON in the folder, as `Record.to_dict` writes it, or says why it is left
    out; `write_report` makes tables of them. `model` is what `load_model(run.model)` gives.
    `progress` hears how many of all are done; `memory` is as in `explain`. Raises ExplainerError
    for a folder of another run, one where another run is writing, one that is damaged or cannot be
    written, a task that the model cannot do, and an argument that is not what is expected here.
    """
    check_run(run, model, folder, progress)
    budget = given_budget(memory, model.adapter.device)
    check_cases(model, cases_of(run.sentences, n))
    shared = cache(lambda: fillings(model, run.options))

    def line(case: Case, number: int) -> Line:
        return line_of(model, case, number, run.options, shared(), budget)

    kept = Keeping(folder, run.described(model), run.sentences)
    kept.up_to(n, line, progress)


def check_run(run: object, model: object, folder: object, progress: object) -> None:
    """Raise ExplainerError for what a caller gave in the place of one of these."""
    instance("argument run", run, Run, "a Run of sentences, a model's name and options")
    given_model(model)
    instance("argument folder", folder, Path, "a Path of the folder to write into")
    if progress is not None and not callable(progress):
        raise ExplainerError(
            f"The argument progress is {shown(progress)}: give a function of two numbers, or None."
        )


def line_of(
    model: Model,
    case: Case,
    number: int,
    options: EvaluationOptions,
    shared: Fillings,
    memory: int | str | None = None,
) -> Line:
    """The record of a sentence, or why it has none."""
    try:
        return evaluate_sentence(model, case, number, options, shared, memory).to_dict()
    except ExplainerError as error:
        return left_out(case, number, error)
