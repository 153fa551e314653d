"""From an explanation to a scene: all of the pattern graph's geometry, without a drawing library.

1. Scale: px per logit, a round number with which the fullest node fits its row. 2. Frame: rows,
columns, bars, header and legend for the tokens shown. 3. Lanes and bundles: patterns side by side.
4. Shapes, back to front: blocks, overlay, ribbons, nodes, heads, bars and words. 5. Spots to point
at and click.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted, percent
from explainer.figures.canvas import text, wording
from explainer.figures.canvas.frame import (
    NOTE,
    SLIM,
    Frame,
    fitting_row_height,
    make_frame,
    shown_rows,
)
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Item, Label, Scene, Spot
from explainer.figures.patterns import bars, columns, endings, legend, overlay
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scale import fitting, ladder, per_logit
from explainer.figures.patterns.ways import cut, heads
from explainer.figures.patterns.ways.lanes import bundle, meeting, stack
from explainer.figures.patterns.ways.nodes import marks, nodes
from explainer.figures.patterns.ways.ribbons import ribbons
from explainer.results.pattern import Pattern

GOAL = 64.0
"""px of the stack in the target: no pattern ends beside it."""


RINGS = 8.0
"""px that stacks in two targets keep between them, for their rings."""


def lay_out(drawn: Drawn) -> Scene:
    """The scene of what is drawn of an explanation, at its view's level and width.

    Raises ExplainerError for an overlay without the total flow.
    """
    explanation, view = drawn.explanation, drawn.view
    if view.overlay != "none" and explanation.flow is None:
        raise ExplainerError(
            f"The overlay '{view.overlay}' needs the total flow: explain with flow=True, or "
            "choose the overlay 'none'."
        )
    targets = explanation.target.positions
    touched = {*targets, *(i for p in drawn.patterns for i in p.nodes)}
    shown = shown_rows(len(explanation.tokens), touched)
    rows = view.beside.rows if view.beside else shown
    shown = tuple(position for position in rows if position is not None)
    found, bands = (
        ([], 0)
        if explanation.flow is None
        else overlay.bands(explanation.flow, view.overlay, shown)
    )
    row_height = fitting_row_height(len(rows), view.width)
    outermost = not set(shown[:1] + shown[-1:]).isdisjoint(targets)
    goal = row_height + 10 if outermost else min(GOAL, len(rows) * row_height / 2)
    if len(targets) > 1:
        goal = min(goal, _nearest(rows, targets) * row_height - RINGS)
    sums = meeting(drawn.patterns, view.level)
    bounds = [*fitting(sums, rows, row_height, (explanation.model.layers, goal))]
    if found:
        bounds.append(per_logit(0.94 * row_height, overlay.largest(found)))
    scale = view.scale or ladder(bounds)
    kept = overlay.drawable(found, scale)
    notes = _notes(drawn, len(explanation.tokens) - len(shown), bands - len(kept))
    keys = legend.flowed(legend.entries(drawn, scale), view.width - legend.MARGIN)
    frame = make_frame(
        _names(drawn),
        rows,
        explanation.model.layers,
        width=view.width,
        legend_height=legend.ROW * max(len(keys), view.beside.legend_rows if view.beside else 1),
        shares=view.overlay != "none",
        answers=(
            *endings.said_behind(explanation),
            *(() if explanation.texts is None or view.width < SLIM else (columns.SECOND,)),
            *(view.beside.endings if view.beside else ()),
        ),
        notes=len(notes),
        labelled=view.beside.tokens if view.beside else (),
    )
    lanes = stack(drawn.patterns, view.level, scale, goal)
    bundles = bundle(lanes, view.level)
    placed = heads.pills(bundles, drawn, frame)
    wash, flow_spots = overlay.draw(kept, drawn, frame, scale)
    shares: list[Item] = []
    if explanation.flow is not None:
        shares, share_spots = overlay.shares(explanation.flow, frame, view.colours)
        flow_spots += share_spots
    spots = (
        _token_spots(drawn, frame)
        + _node_spots(drawn, frame)
        + heads.edge_spots(bundles, placed, drawn, frame)
        + flow_spots
    )
    stages = (
        columns.board(frame, view.colours),
        wash,
        *ribbons(bundles, drawn, frame),
        nodes(lanes, drawn, frame),
        marks(lanes, bundles, drawn, frame),
        *heads.draw(placed, drawn),
        cut.marks(drawn.cut, explanation, spots, frame, view.colours),
        # Nothing here lies on anything else: one stage needs the fewest traces.
        bars.draw(drawn, frame)
        + shares
        + columns.names(drawn, frame)
        + columns.parting(drawn, frame)
        + _words(drawn, frame)
        + legend.draw(keys, 6.0, frame.legend_top, view.colours)
        + _small_print(notes, frame, view.colours),
    )
    return Scene(
        width=view.width,
        height=frame.height,
        scale=scale,
        stages=tuple(tuple(stage) for stage in stages if stage),
        spots=tuple(spots),
        hidden_flows=bands - len(kept),
    )


def _nearest(rows: Sequence[int | None], targets: Sequence[int]) -> int:
    """How many rows the nearest two targets are apart."""
    places = [row for row, position in enumerate(rows) if position in targets]
    return min((after - before for before, after in pairwise(places)), default=len(rows))


def _names(drawn: Drawn) -> tuple[str, ...]:
    """The tokens, told apart where one occurs more than once."""
    explanation = drawn.explanation
    return tuple(wording.name(explanation, at) for at in range(len(explanation.tokens)))


def _words(drawn: Drawn, frame: Frame) -> list[Item]:
    """The tokens at the left."""
    explanation, view = drawn.explanation, drawn.view
    colours = view.colours
    items: list[Item] = []
    marks: list[Item] = []
    blank = "–"
    targets = explanation.target.positions
    lead = {*drawn.leading, *targets}
    names = _names(drawn)
    items += [Label(frame.labels, y, blank, colours.faint, text.BODY, "end") for y in frame.blanks]
    for position, y in frame.rows.items():
        bold = position == view.selected or (position in targets and len(targets) < len(names))
        dim = view.selects and position not in lead
        word = _fitted(names[position], explanation.tokens[position], frame.label_room + 1)
        if view.beside and position in view.beside.marked:
            marks.append(_mark(word, y, frame, colours))
        items.append(
            Label(
                frame.labels,
                y if frame.bars else y - bars.RAISED,
                word,
                colours.muted if dim else colours.ink,
                text.BODY,
                "end",
                bold,
            )
        )
    return marks + items


def _fitted(name: str, token: str, room: float) -> str:
    """The name of a token, shortened where it is too long: not the place that tells it apart."""
    place = name.removeprefix(said := text.brief(token))
    if not place or text.width(name, text.BODY) <= room:
        return text.shorten(name, text.BODY, room)
    return text.shorten(said, text.BODY, room - text.width(place, text.BODY)) + place


def _mark(word: str, y: float, frame: Frame, colours: Palette) -> Item:
    """The patch behind a word that differs from the figure beside."""
    left = frame.labels - text.width(word, text.BODY) - 3
    right = frame.labels + 5
    half = 0.36 * frame.row_height
    if frame.bars is None:
        y -= bars.RAISED
        half = min(half, 8.5)
    corners = [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
    return Area(np.array(corners), rgba(colours.ink, legend.MARK))


def _notes(drawn: Drawn, hidden_rows: int, hidden_flows: int) -> list[str]:
    """What the figure leaves out, and what it draws all the same."""
    notes = []
    if drawn.too_weak:
        reached = percent(drawn.view.minimum_share)
        notes.append(
            f"No word has {reached} of all influence: the strongest {drawn.too_weak} are drawn"
        )
    hidden_patterns = len(drawn.wanted) - len(drawn.patterns)
    if hidden_patterns:
        notes.append(f"{counted(hidden_patterns, 'weaker pattern')} not drawn")
    if hidden_flows:
        notes.append(f"{counted(hidden_flows, 'thin flow')} not drawn")
    if hidden_rows:
        notes.append(f"{counted(hidden_rows, 'word')} without a drawn pattern hidden")
    return notes


def _small_print(notes: list[str], frame: Frame, colours: Palette) -> list[Item]:
    """The notes below everything else, one below the other."""
    bottom = frame.height - 10
    return [
        Label(6.0, bottom - NOTE * k, note, colours.muted, text.SMALL, "start")
        for k, note in enumerate(reversed(notes))
    ]


def _token_spots(drawn: Drawn, frame: Frame) -> list[Spot]:
    explanation = drawn.explanation
    listed = {p.source for p in drawn.listed}
    by_word: dict[int, list[Pattern]] = {}
    for pattern in explanation.patterns:
        by_word.setdefault(pattern.source, []).append(pattern)
    spots = []
    for position, y in frame.rows.items():
        own = by_word.get(position, [])
        lines = wording.of_token(explanation, position, own, drawn.view.scores)
        word = position if position in listed else None
        places = [frame.labels - min(16.0, frame.label_room / 2)]
        if frame.bars is not None:
            places.append((frame.bars[0] + frame.bars[1]) / 2)
        spots += [Spot(x, y, "token", word, 0, position, position, None, lines) for x in places]
    return spots


def _node_spots(drawn: Drawn, frame: Frame) -> list[Spot]:
    """A node of layer 0 selects its word; another one the strongest drawn pattern through it."""
    through: dict[tuple[int, int], list[Pattern]] = {}
    level = drawn.view.level
    for pattern in sorted(drawn.patterns, key=lambda p: -abs(p.value(level))):
        for node in enumerate(pattern.nodes):
            through.setdefault(node, []).append(pattern)
    spots = []
    for layer, x in enumerate(frame.columns):
        for position, y in frame.rows.items():
            here = through.get((layer, position), [])
            lines = wording.of_node(drawn.explanation, layer, position, here, level)
            word = here[0].source if here else None
            spots.append(Spot(x, y, "node", word, layer, position, position, None, lines))
    return spots
