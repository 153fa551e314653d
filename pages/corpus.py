"""Corpus: what the patterns of many sentences have in common, and which sentences show it."""

from __future__ import annotations

from explainer.app.entry import through_app

if through_app():
    from explainer.app.corpus.page import corpus_page

    corpus_page()
