"""The evaluate page's cached call: a sentence with every method's paths kept, and removed."""

from __future__ import annotations

from explainer.ablation import Replacement
from explainer.evaluation.methods import METHODS
from explainer.evaluation.options import Options
from explainer.evaluation.record import Record
from explainer.evaluation.sentence import Fillings, fillings
from explainer.evaluation.sentence import evaluate_sentence as run_evaluate
from explainer.models.model import Model
from explainer.quantity import asked_for, choose_quantity
from explainer.sentence import read_sentence
from explainer.tasks import Case
from explainer.ui.bounds import check_effort
from explainer.ui.compute import Reading, Request, computed

SENTENCE = "sentence"
"""The task of one sentence that somebody has typed."""


MORE = 4.0
"""How much longer all methods' paths and real passes take than an explanation alone."""


@computed()
def shared(loaded: Model, _: Reading, options: Options) -> Fillings:
    """What takes the place of all that methods cut, where it is the same in every sentence."""
    return fillings(loaded, options)


def measuring(loaded: Model, request: Request, _: Replacement) -> None:
    """The effort of a record; raises ExplainerError for too much."""
    check_effort(loaded, request.text, request.settings, MORE)


@computed(measuring)
def record(loaded: Model, request: Request, replacement: Replacement) -> Record:
    """The sentence under all methods, levels, words and modes; raises ExplainerError.

    All methods take hardly longer than the usual ones: most of the time goes into the paths.
    """
    options = Options(
        settings=request.settings, methods=tuple(METHODS), replacements=(replacement,)
    )
    filled = shared.within(loaded, Reading(request.model, version=request.version), options)
    sentence = read_sentence(loaded, request.text)
    quantity = choose_quantity(loaded, sentence, request.contrast)
    correct, *rivals = asked_for(loaded, sentence, quantity)
    one_rival = loaded.info.task == "masked-lm" or request.contrast.other is not None
    case = Case(
        text=request.text,
        correct=correct,
        wrong=rivals[0] if one_rival else "",
        kind=SENTENCE,
        combination="all",
        controller="",
    )
    return run_evaluate(loaded, case, 0, options, filled)
