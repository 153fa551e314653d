"""The pattern graph as an SVG file."""

from __future__ import annotations

from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.keywords import by_keyword
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation


@by_keyword
def pattern_svg(explanation: Explanation, view: View) -> str:
    """The pattern graph as SVG text: a whole file, `view.width` px wide.

    Unlike the figure for a page it has a background, and its title and description hold the
    sentence and its summary. The view's choices can be given as keywords (`level="embedding"`).
    Raises ExplainerError for a choice that does not exist or does not fit the explanation.
    """
    return drawn_svg(Drawn.of(explanation, view))


def drawn_svg(drawn: Drawn, scene: Scene | None = None) -> str:
    """What is drawn of an explanation as SVG text, with the sentence as its title; `scene` is its
    layout, where that is known."""
    title, said = " ".join(drawn.tokens.tokens), drawn_summary(drawn)
    return to_svg(scene or lay_out(drawn), drawn.view.colours.surface, title, said)
