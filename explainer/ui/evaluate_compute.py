"""The evaluate page's cached call: a sentence with every method's paths kept, and removed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explainer.ablation import Replacement
from explainer.evaluation.methods import METHODS
from explainer.evaluation.options import Options
from explainer.evaluation.record import Record
from explainer.evaluation.sentence import evaluate_sentence as run_evaluate
from explainer.evaluation.sentence import fillings
from explainer.quantity import asked_for, choose_quantity
from explainer.sentence import read_sentence
from explainer.tasks import Case
from explainer.ui import compute
from explainer.ui.compute import Request

SENTENCE = "sentence"
"""The task of one sentence that somebody has typed."""


@st.cache_resource(max_entries=4, show_spinner=False)
def shared(name: str, options: Options) -> Any:
    """What takes the place of all that methods cut, where it is the same in every sentence."""
    loaded = compute.model(name)
    with compute.queue().turn():
        return fillings(loaded, options)


@st.cache_data(max_entries=64, max_size="100MB", show_spinner=False)
def record(request: Request, replacement: Replacement) -> Record:
    """The sentence under all methods, levels, words and modes; raises ExplainerError.

    All methods take hardly longer than the usual ones: most of the time goes into the paths.
    """
    loaded = compute.model(request.model)
    options = Options(
        settings=request.settings, methods=tuple(METHODS), replacements=(replacement,)
    )
    filled = shared(request.model, options)
    sentence = read_sentence(loaded, request.text)
    with compute.queue().turn():
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
