"""What stands in the place of what is not kept: a mean, the baseline's values or zeros."""

from __future__ import annotations

from typing import Literal, get_args
from weakref import WeakKeyDictionary

from explainer.base.checks import one_of
from explainer.influence.sampling.path import baseline
from explainer.intervention.activations import (
    Activations,
    activations,
    mean_activations,
    no_activations,
)
from explainer.models.encode import without_gradients
from explainer.models.model import Model
from explainer.question.sentence import Sentence
from explainer.results.settings import Settings, given_settings
from explainer.tasks.reference import reference_texts

Replacement = Literal["mean", "baseline", "zero"]
REPLACEMENTS: tuple[Replacement, ...] = get_args(Replacement)
"""The fairest first: no sentence gives a hidden state of zeros, so that what the model does with
them says least."""
_MEANS: WeakKeyDictionary[Model, Activations] = WeakKeyDictionary()
"""The mean of each model that is in memory: it takes sixty-four forward passes."""


def fill(
    model: Model, sentence: Sentence, replacement: Replacement, settings: Settings | None = None
) -> Activations:
    """What replaces all that is not kept; `settings` names the baseline.

    Raises ExplainerError for an unknown replacement.
    """
    shared = shared_fill(model, replacement)
    if shared is not None:
        return shared
    b = baseline(model, sentence, given_settings(settings))
    with without_gradients():
        return activations(model.adapter.of(sentence), b)


def shared_fill(model: Model, replacement: Replacement) -> Activations | None:
    """What replaces in every sentence alike (the mean is that of `tasks.reference_texts`).

    None for the baseline, which is each sentence's own. Raises ExplainerError for an unknown
    replacement.
    """
    replacement = one_of("replacement", replacement, REPLACEMENTS)
    if replacement == "baseline":
        return None
    if replacement == "mean":
        if model not in _MEANS:
            _MEANS[model] = mean_activations(model, reference_texts(model.info.task))
        return _MEANS[model]
    return no_activations(model.adapter)
