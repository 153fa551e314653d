"""Explore: one sentence, and the way that each word's influence takes through the model."""

from __future__ import annotations

from explainer.app.explore.page import explore_page

explore_page()
