"""The links between two texts: the strongest pairs, as wide as what they add."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from explainer.base.numbers import signed
from explainer.figures.canvas import text
from explainer.figures.canvas.curves import Curve, pill, ribbon
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Anchor, Area, Item, Label, Scene, Spot
from explainer.figures.canvas.wording import measured
from explainer.figures.similarity.said import (
    left_out,
    of_pair,
    round_number,
    thinned,
    token_name,
)
from explainer.figures.similarity.view import Shown
from explainer.results.logits import LARGEST
from explainer.results.similarity.matrix import Pair
from explainer.results.similarity.side import Side
from explainer.results.target import COSINE

WIDEST = 620.0
"""px of the figure, however wide the page is: longer links are no better to follow."""
ROW = 26.0
STACK = 18.0
"""px of all links of one word together, at most."""
LEAST = 1.2
LABEL = 150.0
TOP = 30.0
OPEN, FADED = 0.72, 0.24
LEGEND = 54.0
MARGIN = 12.0
"""px at the left and the right, for a font that is wider than is expected."""
TITLES = ("first text", "second text")


def links_scene(shown: Shown) -> Scene:
    """The first text's words on the left, the second's on the right, and links between."""
    colours, pairs = shown.view.colours, shown.strongest
    width = min(shown.view.width, WIDEST)
    rooms = [
        min(LABEL, 0.34 * width, max(text.width(name, text.BODY) for name in names))
        for names in (
            [title, *(token_name(side, at) for at in where)]
            for title, (side, where) in zip(TITLES, _sides(shown), strict=True)
        )
    ]
    left, right = rooms[0] + 8 + MARGIN, width - rooms[1] - 8 - MARGIN
    longest = max(len(shown.rows), len(shown.columns))
    ys = [
        {at: TOP + ROW * (k + 0.5 + (longest - len(where)) / 2) for k, at in enumerate(where)}
        for _, where in _sides(shown)
    ]
    scale = _scale(pairs)
    starts = _stacked(pairs, scale, lambda pair: pair.first, lambda pair: ys[1][pair.second])
    ends = _stacked(pairs, scale, lambda pair: pair.second, lambda pair: ys[0][pair.first])
    drawn: list[Item] = []
    marks: list[Item] = []
    spots = []
    for pair in reversed(pairs):
        curve = Curve(left, ys[0][pair.first], right, ys[1][pair.second])
        thick = max(LEAST, scale * abs(pair.score))
        opacity = FADED if shown.selected and pair[:2] != shown.selected else OPEN
        shape = ribbon(curve, starts[pair], ends[pair], thick)
        drawn.append(Area(shape, rgba(colours.sign(pair.score), opacity)))
        x, y = curve.points((0.5,), (starts[pair] + ends[pair]) / 2)[0]
        says = of_pair(shown, pair)
        spots.append(Spot(x, y, "point", pair.first, 0, pair.first, pair.second, None, says))
        if pair[:2] == shown.selected:
            marks += _mark(x, y, pair, colours)
    height = TOP + ROW * longest
    return Scene(
        width=width,
        height=height + LEGEND,
        scale=scale,
        stages=(
            tuple(drawn),
            tuple(_names(shown, ys, rooms, (left, right))),
            tuple(marks),
            tuple(_legend(shown, scale, height + 10, colours)),
        ),
        spots=tuple(spots),
        hidden_flows=0,
    )


def _sides(shown: Shown) -> tuple[tuple[Side, tuple[int, ...]], ...]:
    """Both texts, and which of their words are shown."""
    return (shown.matrix.first, shown.rows), (shown.matrix.second, shown.columns)


def _scale(pairs: Iterable[Pair]) -> float:
    """px for each 1 of S, so that the links of no word take more than there is room for."""
    sums: dict[tuple[int, int], float] = {}
    for pair in pairs:
        for place in ((0, pair.first), (1, pair.second)):
            sums[place] = sums.get(place, 0.0) + abs(pair.score)
    most = max(sums.values(), default=0.0)
    return min(STACK / most, LARGEST) if most else STACK


def _stacked(
    pairs: Iterable[Pair],
    scale: float,
    own: Callable[[Pair], int],
    across: Callable[[Pair], float],
) -> dict[Pair, float]:
    """How far from the middle of its word each link begins: in the order of where they go."""
    by_word: dict[int, list[Pair]] = {}
    for pair in pairs:
        by_word.setdefault(own(pair), []).append(pair)
    found = {}
    for links in by_word.values():
        at = -scale * sum(abs(pair.score) for pair in links) / 2
        for pair in sorted(links, key=across):
            thick = scale * abs(pair.score)
            found[pair] = at + thick / 2
            at += thick
    return found


def _names(
    shown: Shown, ys: list[dict[int, float]], rooms: list[float], edges: tuple[float, float]
) -> list[Item]:
    """The words of both texts: those without a link are muted, those that are selected bold."""
    colours = shown.view.colours
    linked = [{pair[number] for pair in shown.strongest} for number in (0, 1)]
    chosen = shown.selected or (-1, -1)
    items: list[Item] = []
    for number, (side, where) in enumerate(_sides(shown)):
        x = edges[0] - 8 if number == 0 else edges[1] + 8
        anchor: Anchor = "end" if number == 0 else "start"
        items.append(Label(x, 11, TITLES[number], colours.muted, text.SMALL, anchor))
        for at in where:
            said = text.shorten(token_name(side, at), text.BODY, rooms[number])
            ink = colours.ink if at in linked[number] else colours.muted
            bold = at == chosen[number]
            items.append(Label(x, ys[number][at], said, ink, text.BODY, anchor, bold=bold))
    return items


def _mark(x: float, y: float, pair: Pair, colours: Palette) -> list[Item]:
    """The number of the selected link, on it."""
    said = signed(pair.score, 3)
    back = pill(x, y, text.width(said, text.SMALL) + 14, 18)
    return [
        Area(back, colours.surface, colours.sign(pair.score), 1.2),
        Label(x, y, said, colours.ink, text.SMALL),
    ]


def _legend(shown: Shown, scale: float, top: float, colours: Palette) -> list[Item]:
    """What colours and widths mean, and how many of all pairs are drawn."""
    says = "; ".join(filter(None, (thinned(shown), left_out(shown))))
    items: list[Item] = [Label(2, top + 28, says, colours.muted, text.SMALL, "start")]
    y, x = top + 8, 2.0
    if shown.strongest:
        for says, colour in (("nearer", colours.positive), ("farther", colours.negative)):
            items += [
                Area(pill(x + 10, y, 20, 5), rgba(colour, OPEN)),
                Label(x + 26, y, says, colours.muted, text.SMALL, "start"),
            ]
            x += 26 + text.width(says, text.SMALL) + 16
        thick = max(LEAST, scale * shown.largest)
        said = measured(round_number(shown.largest).removeprefix("+"), COSINE)
        items += [
            Area(pill(x + 10, y, 20, thick), colours.muted),
            Label(x + 26, y, said, colours.muted, text.SMALL, "start"),
        ]
    return items
