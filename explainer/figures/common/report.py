"""What many sentences have in common as one HTML file that works without a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import plotly.graph_objects as go

from explainer.base.numbers import percent, signed
from explainer.figures.canvas import text
from explainer.figures.canvas.page import page
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.common.graph import THRESHOLD, common_scene, one_scale
from explainer.figures.common.ribbons import Drawable
from explainer.figures.common.said import (
    common_summary,
    difference_summary,
    says_between,
    title,
    way,
)
from explainer.results.common.difference import CommonDifference
from explainer.results.common.pattern import CommonPattern
from explainer.results.target import LOGITS

HEADS = 15
"""Heads that are listed."""
Cells = Sequence[str]


def common_html(
    common: CommonPattern,
    groups: Mapping[str, CommonPattern] | None = None,
    *,
    threshold: float = THRESHOLD,
    dark: bool = False,
) -> str:
    """The graph to explore, its heads and its blocks in tables; below, the graph of each group."""
    colours = palette(dark)
    said = said_of(common)
    figure = to_figure(common_scene(common, threshold=threshold, dark=dark), colours)
    after = [
        *table("What heads do", _heads_note(common), HEAD_COLUMNS, _heads(common)),
        *table("Words by class", CLASSES_NOTE, class_columns(common), _classes(common)),
        *table("Block by block", BLOCKS_NOTE, BLOCK_COLUMNS, _blocks(common)),
    ]
    for name, one in (groups or {}).items():
        scene = to_figure(common_scene(one, threshold=threshold, dark=dark), colours)
        after += section(name, said_of(one), scene)
    return page(title(common), said, said, [figure], colours, "\n".join((*after, "")))


def difference_html(
    difference: CommonDifference,
    names: tuple[str, str],
    *,
    threshold: float = THRESHOLD,
    dark: bool = False,
) -> str:
    """What differs between two choices of sentences by these names, and both, on one scale."""
    colours = palette(dark)
    drawn: dict[str, Drawable] = {
        f"{names[0]} less {names[1]}": difference,
        names[0]: difference.first,
        names[1]: difference.second,
    }
    scale = one_scale(list(drawn.values()), threshold)
    first, *others = (
        (name, to_figure(common_scene(one, threshold=threshold, dark=dark, scale=scale), colours))
        for name, one in drawn.items()
    )
    said = difference_summary(difference, names)
    after: list[str] = []
    for name, figure in others:
        one = difference.first if name == names[0] else difference.second
        after += section(name, said_of(one), figure)
    return page(first[0], said, said, [first[1]], colours, "\n".join((*after, "")))


def section(name: str, said: str, figure: go.Figure) -> Iterable[str]:
    """A figure below others, which have brought Plotly."""
    drawn = figure.to_html(
        full_html=False, include_plotlyjs=False, include_mathjax=False, config=CONFIG
    )
    label = text.escape(said).replace('"', "&quot;")
    yield f"<h2>{text.escape(name)}</h2>"
    yield f"<p>{text.escape(said)}</p>"
    yield f'<figure role="img" aria-label="{label}">{drawn}</figure>'


def said_of(common: CommonPattern) -> str:
    """The graph in words, with how many answers are right."""
    return f"{common_summary(common)} {_right(common)}"


def _right(common: CommonPattern) -> str:
    if common.right is None:
        return ""
    return f"In {percent(common.right)} the answer asked about is preferred to its rival."


HEAD_COLUMNS = (
    *("block", "head", "carries", "for − against", "95 % interval", "value", "key", "query"),
    *("in sentences", "most along", "of words", "most in"),
)
BLOCK_COLUMNS = ("block", "entropy of nodes", "entropy of components")
BLOCKS_NOTE = (
    "How much sentences differ in where the pattern of a role goes, and by what, in nats: 0 where "
    "all agree."
)


def _heads_note(common: CommonPattern) -> str:
    skips = common.skips
    unit = "logits" if common.unit == LOGITS else common.unit
    return (
        f"Means over all sentences, in {unit}: what patterns through the head carry, whatever for "
        "and with its sign, and how the head carries what arrives. A head that patterns do not "
        "take is not listed; “of words”: from which class of words to which most of it goes, by "
        f"their spelling. Of all steps {percent(skips.value)} [{percent(skips.low)}, "
        f"{percent(skips.high)}] are skip connections (95 % interval, sentences taken for "
        "independent)."
    )


def _heads(common: CommonPattern) -> Iterable[Cells]:
    for head in common.heads[:HEADS]:
        strongest = head.strongest
        yield (
            *(str(head.layer), str(head.head), f"{head.size:.3f}", signed(head.total, 3)),
            "" if common.sentences < 2 else " to ".join(signed(end, 3) for end in head.interval),
            *(signed(value, 3) for value in (head.value, head.key, head.query)),
            percent(head.sentences / common.sentences),
            way(common, strongest.source, strongest.target),
            says_between(head),
            *(f"{text.brief(one.text)} ({signed(one.carried)})" for one in head.examples[:1]),
        )


CLASSES_NOTE = (
    "What words of a class add to Q together, in the mean of all sentences. Classes are those of "
    "English, by a word’s spelling alone; in other languages nearly all are other words."
)


def class_columns(common: CommonPattern) -> Cells:
    """The columns of the table of classes."""
    return "class", "tokens", "in sentences", f"influence ({common.unit})"


def _classes(common: CommonPattern) -> Iterable[Cells]:
    for one in common.classes:
        yield (
            *(one.name, f"{one.tokens:,}", percent(one.sentences / common.sentences)),
            signed(one.influence, 3),
        )


def _blocks(common: CommonPattern) -> Iterable[Cells]:
    pairs = zip(common.node_entropy, common.component_entropy, strict=True)
    for block, (nodes, components) in enumerate(pairs):
        yield str(block), f"{nodes:.2f}", f"{components:.2f}"


def table(heading: str, note: str, columns: Cells, rows: Iterable[Cells]) -> Iterable[str]:
    """A table with its heading and note, as HTML."""
    yield f"<h2>{text.escape(heading)}</h2>"
    yield f"<p>{text.escape(note)}</p>"
    yield '<div class="table"><table>'
    yield _row("th", columns)
    for row in rows:
        yield _row("td", row)
    yield "</table></div>"


def _row(kind: str, cells: Cells) -> str:
    def opened(cell: str) -> str:
        number = kind == "td" and cell.strip("+−-").replace(".", "").replace(" %", "").isdigit()
        return '<td class="number">' if number else f"<{kind}>"

    return f"<tr>{''.join(f'{opened(cell)}{text.escape(cell)}</{kind}>' for cell in cells)}</tr>"
