"""A case as the model is asked about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explainer.base.errors import ExplainerError, UnlikeWordsError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence, mask_spelling
from explainer.tasks import Case
from explainer.tasks.lexicon import lexeme

CLASS_NAMES = {
    "positive": ("positive", "pos", "label_1"),
    "negative": ("negative", "neg", "label_0"),
}


def read_case(model: Model, case: Case) -> tuple[Sentence, Quantity]:
    """The case as the model reads it, and what it is asked.

    Raises ExplainerError for a case that nobody can be asked about, and for one that the model
    cannot read or answer.
    """
    check_fit(case)
    contrast = contrast_of(model, case)
    masks = mask_spelling(model).findall(case.text)
    if contrast.correct is not None and len(masks) > 1:
        raise ExplainerError(
            f"The text {quote(case.text)} has {len(masks)} {masks[0]}, and a task asks about one "
            f"word: leave one {masks[0]}."
        )
    try:
        sentence = read_asked(model, case.text, contrast=contrast)
    except UnlikeWordsError as error:
        raise ExplainerError(error.in_one) from error
    return sentence, choose_quantity(model, sentence, contrast)


def check_fit(case: Case) -> None:
    """Raise ExplainerError where no model can be asked about the case."""
    if case.unfit:
        raise ExplainerError(case.unfit)


def contrast_of(model: Model, case: Case) -> Contrast:
    """The case's right and wrong answer as the model is asked about them.

    Raises ExplainerError where the model is not of the task's kind.
    """
    if model.pooling is not None:
        raise ExplainerError(
            f"{quote(model.info.name)} is a sentence encoder, and tasks are for models that "
            "predict words or classes: choose another model."
        )
    words = mask_spelling(model).search(case.text) is not None
    if model.info.task != ("masked-lm" if words else "classification"):
        wanted = "a masked language model" if words else "a classifier"
        raise ExplainerError(
            f"The task {quote(case.kind)} is for {wanted}, which {quote(model.info.name)} is "
            "not: choose another task or model."
        )
    if words:
        return Contrast(correct=case.correct, wrong=case.wrong)
    other = _class(model, case.wrong) if case.wrong else None
    return Contrast(label=_class(model, case.correct), other=other)


def check_cases(model: Model, cases: Sequence[Case]) -> None:
    """Raise ExplainerError where the model is of the kind of none of the cases."""
    for case in cases:
        try:
            check_fit(case)
            contrast_of(model, case)
        except ExplainerError:
            continue
        return
    for case in cases[:1]:
        check_fit(case)
        contrast_of(model, case)


def _class(model: Model, label: str) -> str | int:
    """The number of a class that others call `positive` or `negative`; else the label as it is."""
    names = CLASS_NAMES.get(label.strip().casefold(), ())
    found = [i for i, name in enumerate(model.labels) if name.strip().casefold() in names]
    return found[0] if len(found) == 1 else label


def cluster_of(case: Case) -> str:
    """What other sentences may have in common with this one, so that they tell no more together.

    The noun that the answer depends on, in either number, or where nobody names one its own text.
    """
    return lexeme(case.controller) or case.text


def controller_position(sentence: Sentence, controller: str) -> int | None:
    """The first token of the word that the answer depends on."""
    if not controller:
        return None
    found = re.search(rf"(?<!\w){re.escape(controller)}(?!\w)", sentence.text)
    if found is None:
        return None
    inside = (
        position
        for position, (start, end) in enumerate(sentence.spans)
        if start <= found.start() < end
    )
    return next(inside, None)
