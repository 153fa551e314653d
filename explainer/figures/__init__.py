"""Figures of an explanation: Plotly for a page, SVG and HTML as files, a sentence as alt text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import summary
from explainer.figures.patterns.svg import pattern_svg
from explainer.figures.patterns.view import LEVELS, OVERLAYS, Overlay, View, view_of
from explainer.results.explanation import Explanation
from explainer.results.route import Level

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = [
    "LEVELS",
    "OVERLAYS",
    "Overlay",
    "View",
    "pattern_graph",
    "pattern_html",
    "pattern_svg",
    "summary",
]


def pattern_graph(
    explanation: Explanation,
    *,
    level: Level = "attention",
    minimum_share: float = 0.05,
    overlay: Overlay = "none",
    selected: int | None = None,
    dark: bool = False,
    **options: Any,
) -> Figure:
    """The pattern graph as a Plotly figure; further `options` (`width`, `scale`) as in `View`.

    Raises ExplainerError for a choice that does not exist. Show it with
    `explainer.figures.canvas.plotly.CONFIG`; the last trace's markers carry what a click means.
    """
    from explainer.figures.canvas.plotly import to_figure

    chosen = {
        "level": level,
        "minimum_share": minimum_share,
        "overlay": overlay,
        "selected": selected,
        "dark": dark,
    }
    view = view_of({**chosen, **options})
    return to_figure(lay_out(explanation, view), view.colours)


def pattern_html(explanation: Explanation, *, level: Level = "attention", **options: Any) -> str:
    """The interactive pattern graph as one HTML page; `options` as in `View`."""
    from explainer.figures.patterns import html

    return html.pattern_html(explanation, level=level, **options)
