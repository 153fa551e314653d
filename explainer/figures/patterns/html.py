"""The pattern graph as one HTML file that works without a network."""

from __future__ import annotations

from explainer.figures.canvas.page import page
from explainer.figures.canvas.plotly import to_figure
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation


def pattern_html(explanation: Explanation, view: View) -> str:
    """The interactive pattern graph as one self-contained page of about 5 MB."""
    return drawn_html(Drawn.of(explanation, view))


def drawn_html(drawn: Drawn) -> str:
    """What is drawn of an explanation as a page, with the sentence as its title."""
    title, said, colours = " ".join(drawn.tokens.tokens), drawn_summary(drawn), drawn.view.colours
    return page(title, said, said, [to_figure(lay_out(drawn), colours)], colours)
