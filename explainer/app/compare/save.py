"""The comparison as files: both graphs in one picture, the differences as a table, all numbers."""

from __future__ import annotations

import json
from dataclasses import replace

from explainer.app.compare.state import LINKED
from explainer.app.compare.tables import route_frame
from explainer.app.compute import Request
from explainer.app.widgets.pair.rows import Shown
from explainer.app.widgets.saving.files import File, picture_files, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.app.widgets.saving.snippet import pair_snippet
from explainer.figures import View
from explainer.figures.patterns.pairs.svg import pair_svg
from explainer.figures.patterns.pairs.views import Pair

Requests = tuple[Request, Request]


def pair_save(shown: Shown, requests: Requests, views: tuple[View, View], said: str) -> None:
    """What the comparison can be saved as, behind one button; `said` is the verdict."""
    with save_button() as is_open:
        if is_open:
            _files(shown, requests, views, said)


def _files(shown: Shown, requests: Requests, views: tuple[View, View], said: str) -> None:
    both, comparison = shown.rows, shown.comparison
    chosen = LINKED.get()
    texts = (chosen.first.text, chosen.second.text)
    # A picture is for a paper: light, whatever the page is.
    first, second = (replace(view, dark=False, width=View.width) for view in views)
    picture = pair_svg(both, comparison.alignment, (first, second), texts, said)
    picture_and_link(picture, "comparison", whole=chosen.fits_link)
    save_files(
        (
            *picture_files("comparison", lambda: picture),
            File(
                "Table of differences (CSV)",
                "differences.csv",
                "text/csv",
                lambda: route_frame(comparison, both, first.level).to_csv(index=False),
            ),
            File(
                "Numbers of both (JSON)",
                "comparison.json",
                "application/json",
                lambda: pair_json(shown.tokens),
            ),
        ),
        # A word that only the second has cannot be named by its place in the first.
        pair_snippet(
            *_followed(shown.tokens, requests), replace(first, selected=chosen.first.word)
        ),
    )


def pair_json(both: Pair) -> str:
    """Both explanations as JSON text, as the page's Python prints them."""
    first, second = (explanation.to_dict() for explanation in both)
    return json.dumps({"first": first, "second": second}, indent=1, ensure_ascii=False)


def _followed(both: Pair, requests: Requests) -> Requests:
    """What was asked, for as many words as were followed."""
    first, second = (
        replace(request, words=explanation.strongest)
        for request, explanation in zip(requests, both, strict=True)
    )
    return first, second
