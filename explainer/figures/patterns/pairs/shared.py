"""The ways of one pair of words: the graph of each text, with the pair's own word selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from explainer.base.checks import instance
from explainer.base.errors import ExplainerError
from explainer.base.numbers import amount
from explainer.figures.canvas import text
from explainer.figures.canvas.scene import Label
from explainer.figures.canvas.svg import document, element, groups, number
from explainer.figures.canvas.wording import measured
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.keywords import view_of
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.figures.patterns.view import View
from explainer.results.similarity.paths import SimilarityPaths
from explainer.results.target import COSINE

HEAD = 34.0
"""px above each graph for what it is about."""
GAP = 18.0
MARGIN = 10.0


def similarity_paths_svg(paths: SimilarityPaths, view: View | None = None, **choices: Any) -> str:
    """The graphs of both texts, one below the other, as SVG text: a whole file.

    In each the pair's own word is selected, unless the view selects another place. The view's
    choices can be given as keywords (`level="embedding"`), those of one text alone excepted. Raises
    ExplainerError for what is no such record, and for a choice that does not exist or does not fit.
    """
    drawn = both_drawn(paths, view, **choices)
    body: list[str] = []
    y = 0.0
    width, colours = drawn[0].view.width, drawn[0].view.colours
    for one in drawn:
        scene, title = lay_out(one), text.shorten(_title(one), text.BODY, width - 2 * MARGIN)
        label = Label(MARGIN, y + 18, title, colours.ink, text.BODY, "start", bold=True)
        body.append(element(label))
        body.append(f'<g transform="translate(0 {number(y + HEAD)})">')
        body += groups(scene)
        body.append("</g>")
        y += HEAD + scene.height + GAP
    said = " ".join((paths_summary(paths), *map(drawn_summary, drawn)))
    title = " / ".join(" ".join(one.tokens.tokens) for one in drawn)
    return document((width, y - GAP + MARGIN), body, colours.surface, title, said)


def similarity_paths_html(paths: SimilarityPaths, view: View | None = None, **choices: Any) -> str:
    """The same as one HTML page of about 5 MB that needs no network; raises as that does."""
    from explainer.figures.canvas.page import page
    from explainer.figures.canvas.plotly import to_figure

    drawn = both_drawn(paths, view, **choices)
    figures = [to_figure(lay_out(one), one.view.colours) for one in drawn]
    label = " ".join(map(drawn_summary, drawn))
    title = " / ".join(" ".join(one.tokens.tokens) for one in drawn)
    return page(title, paths_summary(paths), label, figures, drawn[0].view.colours)


def both_drawn(
    paths: SimilarityPaths, view: View | None = None, **choices: Any
) -> tuple[Drawn, Drawn]:
    """What is drawn of each text, with its own word selected."""
    instance("argument paths", paths, SimilarityPaths, "what similarity_paths returns")
    shown = view_of(view, **choices)
    for name in ("selected", "place", "scores", "beside"):
        if getattr(shown, name) is not None:
            raise ExplainerError(
                f"What is {name} is of one text, and this figure has two: leave it out."
            )
    first, second = (
        Drawn.of(one, replace(shown, selected=max(tokens, key=lambda at: abs(one.influence[at]))))
        for one, tokens in (
            (paths.first, paths.first_tokens),
            (paths.second, paths.second_tokens),
        )
    )
    return first, second


def paths_summary(paths: SimilarityPaths) -> str:
    """What the pair adds, in a sentence."""
    one, two = (text.brief(side.target.correct) for side in (paths.second, paths.first))
    said = measured(amount(paths.score, 3), COSINE)
    return f"“{one}” of the first text and “{two}” of the second add {said} together."


def _title(drawn: Drawn) -> str:
    explanation = drawn.tokens
    return f"{' '.join(explanation.tokens)}   towards “{explanation.target.correct}”"
