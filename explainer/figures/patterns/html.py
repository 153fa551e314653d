"""The pattern graph as one HTML file that works without a network."""

from __future__ import annotations

from explainer.figures.canvas.page import page
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import view_summary
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation


def pattern_html(explanation: Explanation, view: View) -> str:
    """The interactive pattern graph as one self-contained page of about 5 MB."""
    figure = to_figure(lay_out(explanation, view), view.colours)
    said = view_summary(explanation, view)
    return page(" ".join(explanation.tokens), said, said, [figure], view.colours)
