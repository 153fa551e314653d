"""Figures of an explanation: Plotly for a page, SVG, PDF, HTML as files, a sentence as alt text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from explainer.figures.canvas.palette import palette
from explainer.figures.common.graph import (
    THRESHOLD,
    WIDTH,
    common_scene,
    common_svg,
)
from explainer.figures.common.said import common_summary
from explainer.figures.files import mime_bundle as mime_bundle
from explainer.figures.files import pattern_pdf
from explainer.figures.files import save as save
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.keywords import by_keyword, view_of
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pairs.shared import similarity_paths_html, similarity_paths_svg
from explainer.figures.patterns.pairs.svg import pattern_pair_svg
from explainer.figures.patterns.summary import summary, view_summary
from explainer.figures.patterns.svg import pattern_svg
from explainer.figures.patterns.view import LEVELS, OVERLAYS, Overlay, View
from explainer.figures.similarity.draw import (
    similarity_graph,
    similarity_html,
    similarity_summary,
    similarity_svg,
)
from explainer.figures.similarity.view import SimilarityView
from explainer.results.common.pattern import CommonPattern
from explainer.results.explanation import Explanation

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = [
    "LEVELS",
    "OVERLAYS",
    "Overlay",
    "SimilarityView",
    "View",
    "common_graph",
    "common_html",
    "common_summary",
    "common_svg",
    "pattern_graph",
    "pattern_html",
    "pattern_pair_svg",
    "pattern_pdf",
    "pattern_svg",
    "similarity_graph",
    "similarity_html",
    "similarity_paths_html",
    "similarity_paths_svg",
    "similarity_summary",
    "similarity_svg",
    "summary",
    "view_of",
    "view_summary",
]


@by_keyword
def pattern_graph(explanation: Explanation, view: View) -> Figure:
    """The pattern graph as a Plotly figure, `view.width` px wide.

    The view's choices can be given as keywords (`level="embedding"`). Show the figure with
    `explainer.figures.canvas.plotly.CONFIG`; the last trace's markers carry what a click means.
    Raises ExplainerError for a choice that does not exist or does not fit the explanation.
    """
    from explainer.figures.canvas.plotly import to_figure

    return to_figure(lay_out(Drawn.of(explanation, view)), view.colours)


@by_keyword
def pattern_html(explanation: Explanation, view: View) -> str:
    """The interactive pattern graph as one HTML page of about 5 MB that needs no network.

    The view's choices can be given as keywords. Raises ExplainerError as `pattern_graph` does.
    """
    from explainer.figures.patterns import html

    return html.pattern_html(explanation, view)


def common_graph(
    common: CommonPattern, *, width: float = WIDTH, threshold: float = THRESHOLD, dark: bool = False
) -> Figure:
    """The patterns of many sentences as a Plotly figure, `width` px wide.

    `threshold` is the share of what the strongest step carries from which steps are drawn. Raises
    ExplainerError for another width or threshold.
    """
    from explainer.figures.canvas.plotly import to_figure

    scene = common_scene(common, width=width, threshold=threshold, dark=dark)
    return to_figure(scene, palette(dark))


def common_html(
    common: CommonPattern,
    groups: Mapping[str, CommonPattern] | None = None,
    *,
    threshold: float = THRESHOLD,
    dark: bool = False,
) -> str:
    """`common_graph` as one HTML page of about 5 MB that needs no network, with tables of what the
    heads do and of the blocks, and the graph of each of the `groups` below."""
    from explainer.figures.common import report

    return report.common_html(common, groups, threshold=threshold, dark=dark)
