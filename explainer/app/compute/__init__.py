"""The only part of the app that lets a model compute, and what every page asks of it.

What one page alone asks is in the file with its name.
"""

from explainer.app.compute.masks.at_each import AtMask, at_masks
from explainer.app.compute.request import Reading, Request, request_for
from explainer.app.compute.sentence import (
    answer_between,
    answer_place,
    answers,
    contrasted,
    exact_contrast,
    explanation,
    predictions,
    predictions_and_asked,
    reading_notes,
    tokens_of_both,
    word_tokens,
    words,
)
from explainer.app.compute.server import fetch, listings, model, model_of, on

__all__ = [
    "AtMask",
    "Reading",
    "Request",
    "answer_between",
    "answer_place",
    "answers",
    "at_masks",
    "contrasted",
    "exact_contrast",
    "explanation",
    "fetch",
    "listings",
    "model",
    "model_of",
    "on",
    "predictions",
    "predictions_and_asked",
    "reading_notes",
    "request_for",
    "tokens_of_both",
    "word_tokens",
    "words",
]
