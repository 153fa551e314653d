"""Two pattern graphs side by side in one SVG file, each under its sentence and its question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from explainer.base import checks
from explainer.base.errors import ExplainerError
from explainer.figures.canvas import text
from explainer.figures.canvas.scene import Label
from explainer.figures.canvas.svg import document, element, groups, number
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.keywords import view_of
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.pairs.difference import difference_summary
from explainer.figures.patterns.pairs.views import Pair, pair_views, selecting
from explainer.figures.patterns.view import NARROWEST, WIDEST, View
from explainer.results.comparison import Aligned, compare
from explainer.results.explanation import Explanation

GAP = 28.0
MARGIN = 10.0
HEAD = 54.0
"""px above the graphs for what each of them is about."""


def pattern_pair_svg(
    first: Explanation,
    second: Explanation,
    view: View | None = None,
    *,
    sentences: tuple[str, str] | None = None,
    **choices: Any,
) -> str:
    """Two pattern graphs side by side as SVG text: on one scale, one colour for each answer.

    Tokens that correspond stand beside each other, those that differ are marked. The view's choices
    can be given as keywords (`level="embedding"`): `width` is that of both together in px, and
    `selected` a token of the first, whose counterpart is selected in the second. `sentences` stand
    above the graphs, as they were typed; without them it is the tokens. Raises ExplainerError for
    what is no explanation, and for a choice that does not exist or does not fit.
    """
    shown = view_of(view, **choices)
    for name, given in (("first", first), ("second", second)):
        checks.instance(f"{name} explanation", given, Explanation, "what explain returns")
    if shown.place is not None:
        raise ExplainerError(
            "A node or step is selected in one sentence only: select a word of the first to follow "
            "it in both."
        )
    narrowest = 2 * (NARROWEST + MARGIN) + GAP
    wanted = f"at least {narrowest:.0f} pixels for both graphs, and at most {WIDEST:,.0f}"
    checks.number("width", shown.width, narrowest, WIDEST, wanted)
    drawn = Drawn.of(first, shown), Drawn.of(second, replace(shown, selected=None))
    both = (drawn[0].explanation, drawn[1].explanation)
    comparison = compare(*both)
    alignment, on_rows = comparison.alignment, drawn[0].view
    said = difference_summary(comparison, both, on_rows.level, on_rows.minimum_share)
    return pair_svg(both, alignment, selecting(on_rows, alignment), _typed(both, sentences), said)


def _typed(both: Pair, sentences: Any) -> tuple[str, str]:
    """What stands above the graphs."""
    if sentences is None:
        first, second = (" ".join(explanation.tokens) for explanation in both)
        return first, second
    wanted = "both sentences, such as ('a cat', 'cats')"
    given = checks.items("argument sentences", sentences, wanted)
    if len(given) != 2:
        raise ExplainerError(f"The argument sentences has {len(given)} entries: give {wanted}.")
    first, second = (checks.text("sentence", sentence) for sentence in given)
    return first, second


def pair_svg(
    both: Pair,
    alignment: Sequence[Aligned],
    views: tuple[View, View],
    sentences: tuple[str, str],
    description: str,
) -> str:
    """Both graphs on one scale, as on the page but for their width; `views` as in `pair_views`."""
    room = (views[0].width - GAP) / 2 - MARGIN
    wide = tuple(replace(view, width=room) for view in views)
    shared = pair_views(both, alignment, (wide[0], wide[1]))
    scenes = [
        lay_out(Drawn.of(explanation, view)) for explanation, view in zip(both, shared, strict=True)
    ]
    body: list[str] = []
    for place, (scene, explanation, sentence) in enumerate(
        zip(scenes, both, sentences, strict=True)
    ):
        left = MARGIN + place * (room + GAP)
        body += [element(label) for label in _head(left, room, sentence, explanation, views[place])]
        body.append(f'<g transform="translate({number(left)} {number(HEAD)})">')
        body += groups(scene)
        body.append("</g>")
    size = (views[0].width, HEAD + max(scene.height for scene in scenes) + MARGIN)
    title = " / ".join(dict.fromkeys(sentences))
    return document(size, body, views[0].colours.surface, title, description)


def _head(
    left: float, room: float, sentence: str, explanation: Explanation, view: View
) -> tuple[Label, Label]:
    """The sentence, and below it the model and the question."""
    said = f"{explanation.model.name}: {explanation.asked}"
    x, room = left + 4, room - 8
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
