"""From an explanation to a scene: all of the pattern graph's geometry, without a drawing library.

1. Scale: px per logit, so that the fullest node fits its row. 2. Frame: rows, columns, bars,
header and legend for the tokens shown. 3. Lanes and bundles: patterns side by side. 4. Shapes, back
to front: overlay, grid, ribbons, nodes, circles, bars and words. 5. Spots to point at and click.
"""

from __future__ import annotations

import numpy as np

from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted
from explainer.figures.canvas import text, wording
from explainer.figures.canvas.frame import (
    FAR,
    NOTE,
    Frame,
    fitting_row_height,
    make_frame,
    shown_rows,
)
from explainer.figures.canvas.palette import Palette, rgba
from explainer.figures.canvas.scene import Area, Disc, Item, Label, Scene, Spot
from explainer.figures.patterns import bars, legend, overlay, ribbons
from explainer.figures.patterns.bars import per_logit
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.lanes import bundle, meeting, stack
from explainer.results.pattern import Pattern

FULLEST = 28.0
"""px of the widest stack of patterns in a node."""


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
    has_flow = explanation.flow is not None
    touched = {explanation.target.position} | {i for p in drawn.patterns for i in p.nodes}
    shown = shown_rows(len(explanation.tokens), touched)
    rows = view.beside.rows if view.beside else shown
    shown = tuple(position for position in rows if position is not None)
    found, bands = (
        ([], 0)
        if explanation.flow is None
        else overlay.bands(explanation.flow, view.overlay, shown)
    )
    row_height = fitting_row_height(len(rows), view.width)
    room = min(FULLEST, max(19.0, 0.66 * row_height))
    fullest, _ = meeting(drawn.patterns, view.level)
    scale = view.scale or _scale(fullest, room, overlay.largest(found), row_height)
    kept = overlay.drawable(found, scale)
    notes = _notes(
        len(explanation.tokens) - len(shown),
        bands - len(kept),
        len(drawn.wanted) - len(drawn.patterns),
    )
    keys = legend.flowed(legend.entries(drawn, scale), view.width - legend.MARGIN)
    frame = make_frame(
        explanation.tokens,
        rows,
        explanation.model.layers,
        width=view.width,
        legend_height=legend.ROW * max(len(keys), view.beside.legend_rows if view.beside else 1),
        shares=has_flow,
        notes=len(notes),
        labelled=view.beside.tokens if view.beside else (),
    )
    lanes = stack(drawn.patterns, view.level, scale, room)
    bundles = bundle(lanes, view.level)
    back, front = ribbons.ribbons(bundles, drawn, frame)
    placed = ribbons.circles(bundles, drawn, frame)

    wash, flow_spots = overlay.draw(kept, drawn, frame, scale)
    header: list[Item] = []
    if explanation.flow is not None:
        header, share_spots = overlay.shares(explanation.flow, frame, view.colours)
        flow_spots += share_spots
    stages = (
        wash,
        _grid(frame, view.colours),
        back,
        front,
        ribbons.nodes(lanes, drawn, frame),
        ribbons.marks(lanes, bundles, drawn, frame),
        [disc for _, disc in placed],
        ribbons.numbers(placed, drawn),
        # Nothing here lies on anything else: one stage needs the fewest traces.
        bars.draw(drawn, frame)
        + bars.key(frame, view.colours)
        + header
        + _words(drawn, frame)
        + legend.draw(keys, 6.0, frame.legend_top, view.colours)
        + _small_print(notes, frame, view.colours),
    )
    spots = (
        _token_spots(drawn, frame)
        + _node_spots(drawn, frame)
        + ribbons.edge_spots(bundles, placed, drawn, frame)
        + flow_spots
    )
    return Scene(
        width=view.width,
        height=frame.height,
        scale=scale,
        stages=tuple(tuple(stage) for stage in stages if stage),
        spots=tuple(spots),
        hidden_flows=bands - len(kept),
    )


def _scale(fullest: float, room: float, flow: float, row_height: float) -> float:
    """px per logit: the fullest node, and with an overlay the widest band, fit their row."""
    bounds = []
    if fullest:
        bounds.append(per_logit(room, fullest))
    if flow:
        bounds.append(per_logit(0.94 * row_height, flow))
    return min(bounds, default=1.0)


def _grid(frame: Frame, colours: Palette) -> list[Item]:
    """Every hidden state as a small open circle."""
    radius = 3.6 if frame.row_height >= 26 and frame.column_width >= 30 else 2.8
    return [
        Disc(x, y, radius, colours.surface, colours.faint, 1.2)
        for x in frame.columns
        for y in frame.rows.values()
    ]


def _words(drawn: Drawn, frame: Frame) -> list[Item]:
    """The tokens at the left and the names of the hidden states below (above too, if far)."""
    explanation, view = drawn.explanation, drawn.view
    colours = view.colours
    items: list[Item] = []
    marks: list[Item] = []
    blank = "–"
    lead = {*drawn.leading, explanation.target.position}
    items += [Label(frame.labels, y, blank, colours.faint, text.BODY, "end") for y in frame.blanks]
    for position, y in frame.rows.items():
        bold = position in (explanation.target.position, view.selected)
        dim = view.selects and position not in lead
        word = text.shorten(explanation.tokens[position], text.BODY, frame.label_room + 1)
        if view.beside and position in view.beside.marked:
            marks.append(_mark(word, y, frame, colours))
        items.append(
            Label(
                frame.labels,
                y if frame.bars else y - 3,
                word,
                colours.muted if dim else colours.ink,
                text.BODY,
                "end",
                bold,
            )
        )
    y = frame.bottom + frame.row_height / 2 + 12
    above = [frame.top - frame.row_height / 2 - 7] if len(frame.rows) > FAR else []
    for layer, x in enumerate(frame.columns):
        name = "emb" if layer == 0 else str(layer)
        items += [Label(x, at, name, colours.muted, text.SMALL) for at in (y, *above)]
    centre = (frame.columns[0] + frame.columns[-1]) / 2
    caption = "hidden state"
    items.append(Label(centre, y + 20, caption, colours.muted, text.SMALL))
    return marks + items


def _mark(word: str, y: float, frame: Frame, colours: Palette) -> Item:
    """The patch behind a word that differs from the figure beside."""
    left = frame.labels - text.width(word, text.BODY) - 3
    right = frame.labels + 5
    half = 0.36 * frame.row_height
    if frame.bars is None:
        y -= 3
        half = min(half, 11.0)
    corners = [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
    return Area(np.array(corners), rgba(colours.ink, legend.MARK))


def _notes(hidden_rows: int, hidden_flows: int, hidden_patterns: int) -> list[str]:
    """What the figure leaves out."""
    notes = []
    if hidden_patterns:
        notes.append(f"{counted(hidden_patterns, 'weaker pattern')} not drawn")
    if hidden_flows:
        notes.append(f"{counted(hidden_flows, 'thin flow')} not drawn")
    if hidden_rows:
        notes.append(f"{counted(hidden_rows, 'word')} without a drawn pattern hidden")
    return notes


def _small_print(notes: list[str], frame: Frame, colours: Palette) -> list[Item]:
    """The notes in the lower right corner, one below the other."""
    bottom = frame.height - 10
    return [
        Label(frame.width - 6, bottom - NOTE * k, note, colours.muted, text.SMALL, "end")
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
        lines = wording.of_token(explanation, position, by_word.get(position, []))
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
