"""Evaluate: what is left of a prediction with only the patterns, beside rival methods."""

from __future__ import annotations

from explainer.app.entry import through_app

if through_app():
    from explainer.app.evaluate.page import evaluate_page

    evaluate_page()
