"""The figures of a protocol: what it is about at the left, the chosen measure beside it."""

from __future__ import annotations

from explainer.app.evaluate.chart import task_chart
from explainer.app.evaluate.protocols.found import Found
from explainer.app.widgets.frame.viewport import is_dark
from explainer.base.numbers import percent
from explainer.evaluation.evidence.protocols.claims import said_of_cuts
from explainer.evaluation.evidence.protocols.grid import chosen, name_of
from explainer.evaluation.evidence.protocols.measured import unit_of
from explainer.evaluation.protocols.condition import PAIR, Condition
from explainer.evaluation.protocols.protocol import Protocol
from explainer.figures.canvas.scene import Scene
from explainer.figures.charts.cuts import cut_points, cuts_scene, kept_curves, kept_scene
from explainer.figures.charts.dots import DotRow, dots_scene, number_of

KEPT_NODES, KEPT_STEPS = "kept nodes", "kept steps"
BESIDE = {
    "words": ("pointing", "correlation", "comprehensiveness"),
    "sanity": ("ranks", "nodes"),
}
"""What stands beside the chosen measure, the first of these that is another one and has values."""


def measures_of(protocol: Protocol, found: Found) -> list[str]:
    """The measures with values that methods, or conditions, are compared by."""
    valued = set(found.rows.loc[found.rows["n"] > 0, "measure"])
    return [
        name
        for name, quantity in protocol.quantities.items()
        if name in valued and quantity.shown and (quantity.better is not None or protocol.changes)
    ]


def protocol_figures(
    protocol: Protocol, found: Found, measure: str, condition: Condition, px: float
) -> tuple[tuple[Scene, str], ...]:
    """Two figures and their alternative texts, each `px` wide."""
    dots = _dots(protocol, found, measure, condition, px)
    if protocol.name == "edges":
        return _scatter(found, condition, px), dots
    if protocol.name == "paths":
        return _curve(protocol, found, measure, condition, px), dots
    known = measures_of(protocol, found)
    others = [name for name in BESIDE[protocol.name] if name != measure and name in known]
    return dots, *(_dots(protocol, found, name, condition, px) for name in others[:1])


def draw(key: str, figure: tuple[Scene, str]) -> None:
    """A figure on the page."""
    task_chart(key, *figure)


def _scatter(found: Found, condition: Condition, px: float) -> tuple[Scene, str]:
    """The cuts one by one, with the minimal pair's in their place: no other are kept."""
    of = condition.of
    what = "an edge" if of == "edge" else "a head at its node"
    title = f"Influence, and what cutting {what} does"
    under = said_of_cuts(found.rows, Condition(of, PAIR))
    if condition.instead != PAIR:
        under += "; the minimal pair’s in its place"
    points = cut_points(found.points, of)
    dark = is_dark()
    unit = unit_of(found.rows)
    scene = cuts_scene(
        points, title=title, under=under, drawn=found.drawn, unit=unit, dark=dark, px=px
    )
    return scene, f"{title}: {'; '.join(filter(None, (under, found.drawn)))}."


def _curve(
    protocol: Protocol, found: Found, measure: str, condition: Condition, px: float
) -> tuple[Scene, str]:
    kept = measure if measure in (KEPT_NODES, KEPT_STEPS) else KEPT_NODES
    curves = kept_curves(found.rows, kept, condition.instead, protocol.labels)
    what = "nodes" if kept == KEPT_NODES else "heads and skips"
    title = f"Left with the strongest words’ {what} kept"
    own = protocol.labels[str(protocol.own)]
    scene = kept_scene(curves, title=title, own=own, dark=is_dark(), px=px)
    ends = [f"{name} {percent(curve[-1].share)}" for name, curve in curves.items() if curve]
    return scene, f"{title}; with all words’: {', '.join(ends)}."


def _dots(
    protocol: Protocol, found: Found, measure: str, condition: Condition, px: float
) -> tuple[Scene, str]:
    """A dot for each method, the best first; conditions in the order in which they are tried."""
    quantity = protocol.quantities[measure].of(unit_of(found.rows))
    rows = chosen(found.rows, condition)
    rows = rows[rows["measure"] == measure].dropna(subset="value")
    if quantity.better is not None and not protocol.changes:
        order = (-quantity.gain(rows["value"].to_numpy(dtype=float))).argsort(kind="stable")
        rows = rows.iloc[order]
    own = quantity.own or protocol.own
    against = quantity.against if protocol.changes else ()
    line = None
    if isinstance(quantity.better, float):
        line = quantity.better, "all of it" if quantity.better else "nothing"
    elif against and (rows["method"] == against[0]).any():
        line = float(rows.set_index("method").loc[against[0], "value"]), "chance"
    title = quantity.short[:1].upper() + quantity.short[1:]
    said = [
        DotRow(
            name_of(str(row.method), protocol.labels),
            *(float(row.value), float(row.low), float(row.high), int(row.n)),
            own=row.method == own,
            bold=row.method == own,
        )
        for row in rows.itertuples()
    ]
    scene = dots_scene(
        said,
        title=title,
        axis=quantity.short,
        percent=quantity.percent,
        line=line,
        dark=is_dark(),
        px=px,
    )
    ends = (f"{row.label} {number_of(row.value, quantity.percent)}" for row in said)
    return scene, f"{title}: {', '.join(ends)}."
