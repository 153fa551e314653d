"""Influence patterns: how information flows through BERT.

    from explainer import Settings, explain, load_model

    model = load_model("agreement")
    explanation = explain(
        model, "the farmers that the assistant loves [MASK] old .", correct="are", wrong="is"
    )

Names are imported when they are first used, so that results can be read and drawn, and help be
printed, without waiting seconds for torch and transformers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explainer.api import explain
    from explainer.base.errors import ExplainerError
    from explainer.models.registry import available_models, load_model
    from explainer.question.predictions import Prediction, predict
    from explainer.results.explanation import Explanation
    from explainer.results.settings import Settings

__version__ = "0.2.0"

__all__ = [
    "ExplainerError",
    "Explanation",
    "Prediction",
    "Settings",
    "available_models",
    "explain",
    "load_model",
    "predict",
]

_HOMES = {
    "ExplainerError": "base.errors",
    "Explanation": "results.explanation",
    "Prediction": "question.predictions",
    "Settings": "results.settings",
    "available_models": "models.registry",
    "explain": "api",
    "load_model": "models.registry",
    "predict": "question.predictions",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
