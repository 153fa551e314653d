"""Method: the idea behind the patterns, on a live example with its formulas."""

from __future__ import annotations

from explainer.app.entry import through_app

if through_app():
    from explainer.app.method.page import method_page

    method_page()
