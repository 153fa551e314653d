"""Compare: two sentences, models or questions, and where influence takes another way."""

from __future__ import annotations

from explainer.app.entry import through_app

if through_app():
    from explainer.app.compare.page import compare_page

    compare_page()
