"""What the evaluate page asks: a sentence with every method's paths kept, and removed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from explainer import ExplainerError
from explainer.app.compute.bounds import allowed, size_of
from explainer.app.compute.cached import computed
from explainer.app.compute.request import Reading, Request
from explainer.app.compute.server import on
from explainer.app.compute.waiting import RUN
from explainer.app.state.masks import count_masks
from explainer.app.work.limits import budget
from explainer.app.work.loader import Loaded
from explainer.base.quote import quote
from explainer.evaluation.effort import sentence_estimate
from explainer.evaluation.line import left_out
from explainer.evaluation.methods import METHODS
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import read_case
from explainer.evaluation.record import Record
from explainer.evaluation.run import line_of
from explainer.evaluation.sentence import Fillings, evaluate_sentence, fillings
from explainer.influence.effort.estimate import Estimate
from explainer.influence.effort.size import Size
from explainer.intervention.filling import Replacement
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import asked_for, choose_quantity
from explainer.results.settings import Settings
from explainer.tasks import Case

COMPARED = ("masked-lm", "classification")
"""Kinds of models whose answers methods are compared for."""


@computed(shared=True)
def shared_fillings(loaded: Model, _: Reading, options: EvaluationOptions) -> Fillings:
    """What takes the place of all that methods cut, where it is the same in every sentence."""
    return fillings(loaded, options)


def record_effort(loaded: Model, size: Size, options: EvaluationOptions) -> Estimate:
    """The effort of a record; raises ExplainerError for too much."""

    def effort(of: Settings) -> Estimate:
        return sentence_estimate(loaded, size, replace(options, settings=of), budget())

    return allowed(effort, options.settings)


def case_effort(loaded: Model, case: Case, options: EvaluationOptions) -> Estimate:
    """The effort of a case's record; raises ExplainerError for too much, and for a case that the
    model cannot read."""
    return record_effort(loaded, Size.of(*read_case(loaded, case)), options)


def _options(request: Request, replacement: Replacement) -> EvaluationOptions:
    return EvaluationOptions(
        settings=request.settings, methods=tuple(METHODS), replacements=(replacement,)
    )


def _check_compared(loaded: Model, request: Request) -> None:
    """Refuse what methods are not compared for."""
    if loaded.info.task not in COMPARED:
        raise ExplainerError(
            "Methods are compared for the word at a mask or the class of a text, and "
            f"{quote(loaded.info.name)} says neither: choose another model here, or ask Explore."
        )
    masks = count_masks(request.text)
    if loaded.info.task == "masked-lm" and masks > 1:
        raise ExplainerError(
            f"Methods are compared for the word at one mask, and the text has {masks}: put words "
            "back until there is one, or ask Explore."
        )
    if request.pair is not None:
        raise ExplainerError(
            "Methods are compared in one text, and a second one is asked about here: remove the "
            "second text."
        )


def _recording(loaded: Model, request: Request, replacement: Replacement) -> Estimate:
    """The effort of `record`; raises ExplainerError for too much, and for what is not compared."""
    _check_compared(loaded, request)
    return record_effort(loaded, size_of(loaded, request), _options(request, replacement))


@computed(_recording)
def record(loaded: Model, request: Request, replacement: Replacement) -> Record:
    """The sentence under all methods, levels, words and modes; raises ExplainerError.

    All methods take hardly longer than the usual ones: most of the time goes into the paths.
    """
    options = _options(request, replacement)
    filled = shared_fillings.within(
        loaded, Reading(request.model, version=request.version), options
    )
    sentence = read_asked(loaded, request.text, contrast=request.contrast)
    quantity = choose_quantity(loaded, sentence, request.contrast)
    correct, *rivals = asked_for(loaded, sentence, request.contrast, quantity)
    one_rival = loaded.info.task == "masked-lm" or request.contrast.other is not None
    if one_rival and not rivals:
        raise ExplainerError(
            f"Methods are compared for one word against another, and {quote(correct)} of several "
            "pieces has no rival of its own: give the word that it is asked against."
        )
    case = Case(
        text=request.text,
        correct=correct,
        wrong=rivals[0] if one_rival else "",
    )
    return evaluate_sentence(loaded, case, 0, options, filled, budget())


def measured_line(
    model: Reading, case: Case, number: int, options: EvaluationOptions
) -> dict[str, Any]:
    """The line of a run's sentence, which says why where it is left out.

    Not kept: a run has its own lines. Raises ExplainerError where there is no model or no turn,
    and CancelledError where the run was cancelled while it waited.
    """

    work = partial(_line, model, case, number, options)
    return on(
        model.model,
        work,
        kind="evaluated_sentence",
        asked=model.version,
        question=RUN,
        has_bar=True,
    )


def _line(
    model: Reading, case: Case, number: int, options: EvaluationOptions, loaded: Loaded
) -> dict[str, Any]:
    try:
        case_effort(loaded.model, case, options)
    except ExplainerError as error:
        return left_out(case, number, error)
    filled = shared_fillings.within(loaded.model, model, options)
    return line_of(loaded.model, case, number, options, filled, budget())
