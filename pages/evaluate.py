"""Evaluate: what is left of a prediction with only the patterns, beside rival methods."""

from __future__ import annotations

from explainer.ui.entry import through_app

if through_app():
    from explainer.ui.evaluate import evaluate

    evaluate()
