"""Two pattern graphs side by side in one SVG file, each under its sentence and its question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explainer.figures.canvas import text
from explainer.figures.canvas.scene import Label
from explainer.figures.canvas.svg import document, element, groups, number
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pair import Pair, pair_views
from explainer.figures.patterns.view import View
from explainer.results.comparison import Aligned
from explainer.results.explanation import Explanation

WIDTH = 520.0
"""px of each graph."""
GAP = 28.0
MARGIN = 10.0
HEAD = 54.0
"""px above the graphs for what each of them is about."""


def pair_svg(
    both: Pair,
    alignment: Sequence[Aligned],
    views: tuple[View, View],
    sentences: tuple[str, str],
    description: str,
) -> str:
    """Both graphs on one scale, as on the page but for their width; `views` as in `pair_views`."""
    wide = tuple(replace(view, width=WIDTH) for view in views)
    shared = pair_views(both, alignment, (wide[0], wide[1]))
    scenes = [
        lay_out(Drawn.of(explanation, view)) for explanation, view in zip(both, shared, strict=True)
    ]
    body: list[str] = []
    for place, (scene, explanation, sentence) in enumerate(
        zip(scenes, both, sentences, strict=True)
    ):
        left = MARGIN + place * (WIDTH + GAP)
        body += [element(label) for label in _head(left, sentence, explanation, views[place])]
        body.append(f'<g transform="translate({number(left)} {number(HEAD)})">')
        body += groups(scene)
        body.append("</g>")
    size = (2 * (WIDTH + MARGIN) + GAP, HEAD + max(scene.height for scene in scenes) + MARGIN)
    title = " / ".join(dict.fromkeys(sentences))
    return document(size, body, views[0].colours.surface, title, description)


def _head(left: float, sentence: str, explanation: Explanation, view: View) -> tuple[Label, Label]:
    """The sentence, and below it the model and the question."""
    said = f"{explanation.model.name}: {explanation.target.label}"
    x, room = left + 4, WIDTH - 8
    return (
        Label(
            x,
            18,
            text.shorten(sentence, text.BODY, room),
            view.colours.ink,
            text.BODY,
            "start",
            True,
        ),
        Label(x, 38, text.shorten(said, text.SMALL, room), view.colours.muted, text.SMALL, "start"),
    )
