"""The pattern graph as an SVG file."""

from __future__ import annotations

from typing import Any

from explainer.figures.canvas.svg import to_svg
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import view_summary
from explainer.figures.patterns.view import view_of
from explainer.results.explanation import Explanation
from explainer.results.route import Level


def pattern_svg(explanation: Explanation, *, level: Level = "attention", **options: Any) -> str:
    """The pattern graph as SVG text; `options` as in `View`.

    Unlike the figure for a page it has a background, and its title and description hold the
    sentence and its summary.
    """
    view = view_of({"level": level, **options})
    scene = lay_out(explanation, view)
    said = view_summary(explanation, view)
    return to_svg(scene, view.colours.surface, " ".join(explanation.tokens), said)
