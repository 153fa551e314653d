"""Influence patterns: how information flows through BERT.

from explainer import Settings, explain, load_model

model = load_model("agreement")
explanation = explain(
    model, "the farmers that the assistant loves [MASK] old .", correct="are", wrong="is"
)
"""

from explainer.errors import ExplainerError
from explainer.explain import explain
from explainer.models.registry import available_models, load_model
from explainer.pattern import Explanation
from explainer.predictions import Prediction, predict
from explainer.settings import Settings

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
