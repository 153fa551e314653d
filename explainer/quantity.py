"""The quantity of interest: a weighted sum of logits at one position."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.errors import ExplainerError
from explainer.models.model import Model
from explainer.predictions import predict_sentence
from explainer.sentence import Sentence, contrast_id

MAX_PREDICTIONS = 50
"""Among so many of a model's predictions there are two that are words."""


@dataclass(frozen=True)
class Contrast:
    """What is asked: two words of a masked LM, or two classes; None leaves it to the model."""

    correct: str | None = None
    wrong: str | None = None
    label: str | int | None = None
    other: str | int | None = None


@dataclass(frozen=True)
class Quantity:
    """Q = Σ weights[c] · logit(classes[c]) at `position`; `correct` and `wrong` name it.

    `wrong` is None for the mean of several rivals and for a plain logit.
    """

    position: int
    classes: tuple[int, ...]
    weights: tuple[float, ...]
    correct: str
    wrong: str | None


def choose_quantity(model: Model, sentence: Sentence, contrast: Contrast) -> Quantity:
    """The quantity of interest for the kind of model, refusing what belongs to the other kind."""
    if model.info.task == "masked-lm":
        if contrast.label is not None or contrast.other is not None:
            raise ExplainerError(
                f"A label was given, but {model.info.name!r} predicts words: give the words to "
                "contrast (correct and wrong) instead."
            )
        return masked_word(model, sentence, contrast.correct, contrast.wrong)
    if contrast.correct is not None or contrast.wrong is not None:
        raise ExplainerError(
            f"Words to contrast were given, but {model.info.name!r} predicts classes: give a "
            f"label instead, one of {', '.join(model.labels)}."
        )
    return class_score(model, sentence, contrast.label, contrast.other)


def masked_word(
    model: Model, sentence: Sentence, correct: str | None, wrong: str | None
) -> Quantity:
    """logit(correct) − logit(wrong) at the mask; a word not given is the model's own best other.

    The difference of two logits is that of their log-probabilities.
    """
    (position,) = sentence.masks
    correct = correct.strip() if correct else None
    wrong = wrong.strip() if wrong else None
    if correct is None or wrong is None:
        taken = {word.casefold() for word in (correct, wrong) if word}
        best = (
            p.word
            for p in predict_sentence(model, sentence, count=MAX_PREDICTIONS)
            if p.word.casefold() not in taken and _can_contrast(model, p.word)
        )
        correct = correct or next(best)
        wrong = wrong or next(best)
    classes = (contrast_id(model, correct), contrast_id(model, wrong))
    if classes[0] == classes[1]:
        raise ExplainerError(
            f"The correct word {correct!r} and the wrong word {wrong!r} are the same to the "
            "model: give two different words."
        )
    return Quantity(position, classes, (1.0, -1.0), correct, wrong)


def _can_contrast(model: Model, word: str) -> bool:
    """A model may predict [MASK] or another token that is no word."""
    try:
        contrast_id(model, word)
    except ExplainerError:
        return False
    return True


def class_score(
    model: Model, sentence: Sentence, label: str | int | None, other: str | int | None
) -> Quantity:
    """logit(label) − logit(other), or − the mean of all other classes' logits.

    Without a label the model's own prediction is taken; a model of one class has the plain logit.
    """
    n = len(model.labels)
    chosen = (
        _class_number(model, label)
        if label is not None
        else model.labels.index(predict_sentence(model, sentence, count=1)[0].word)
    )
    name = model.labels[chosen]
    if other is not None:
        rival = _class_number(model, other)
        if rival == chosen:
            raise ExplainerError(
                f"The label and its rival are both {name!r}: give two different classes."
            )
        return Quantity(0, (chosen, rival), (1.0, -1.0), name, model.labels[rival])
    rivals = tuple(i for i in range(n) if i != chosen)
    return Quantity(
        position=0,
        classes=(chosen, *rivals),
        weights=(1.0, *(-1.0 / len(rivals) for _ in rivals)),
        correct=name,
        wrong=model.labels[rivals[0]] if len(rivals) == 1 else None,
    )


def _class_number(model: Model, label: str | int) -> int:
    """A class by its number or its name, whatever the case."""
    names = [name.casefold() for name in model.labels]
    if isinstance(label, str) and label.strip().casefold() in names:
        return names.index(label.strip().casefold())
    try:
        number = int(label) if isinstance(label, str | int) else -1
    except ValueError:
        number = -1
    if not 0 <= number < len(names):
        listed = ", ".join(f"{i} {name}" for i, name in enumerate(model.labels))
        raise ExplainerError(
            f"The label {label!r} is not one of the model's: give one of {listed}."
        )
    return number
