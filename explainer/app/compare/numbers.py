"""Small tables of both sides' numbers: the quantity explained, and skip's share of every block."""

from __future__ import annotations

from html import escape

import streamlit as st

from explainer import Explanation
from explainer.base.numbers import percent, points, signed
from explainer.figures import View
from explainer.figures.canvas.text import clean
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.pairs.views import Pair
from explainer.results.comparison import Comparison
from explainer.results.metrics import concentration

CHANGE = '<th scope="col">change</th>'


def units_of(both: Pair) -> str:
    """What the numbers of both are in."""
    one, two = (explanation.target.unit for explanation in both)
    return one if one == two else f"{one} (first) and {two} (second)"


def quantity_table(both: Pair, view: View, comparison: Comparison) -> None:
    """Q and what explains it, of both sides, and what changes between them if both are alike."""
    alike = comparison.unlike is None
    one, two = both
    drawn = [concentration(e, Drawn.of(e, view).of_tokens, view.level) for e in both]
    lines = [
        ("Q of the sentence", one.target.value, two.target.value),
        ("Q of the empty baseline", one.target.baseline_value, two.target.baseline_value),
        ("sum of influence Σ g", sum(one.influence), sum(two.influence)),
    ]
    rows = [
        _row(name, signed(a), signed(b), *([signed(b - a)] if alike else []))
        for name, a, b in lines
    ]
    gaps = [_gap(e) for e in both]
    rows.append(f"<tr><th>completeness gap</th>{''.join(gaps)}{'<td></td>' if alike else ''}</tr>")
    change = [points(drawn[1] - drawn[0])] if alike else []
    rows.append(_row("in the drawn patterns", *(percent(d) for d in drawn), *change))
    head = "".join(f'<th scope="col">{escape(clean(e.asked))}</th>' for e in both)
    st.html(
        f'<table class="ipe-pair"><caption>The quantity explained, in {units_of(both)}</caption>'
        f'<tr><th scope="col">Q</th>{head}{CHANGE if alike else ""}</tr>{"".join(rows)}</table>'
    )
    for side, explanation in zip(("first", "second"), both, strict=True):
        if explanation.gap_warning is not None:
            st.caption(f":material/warning: In the {side}: {explanation.gap_warning}")


def _gap(explanation: Explanation) -> str:
    """A cell with the error of the quadrature, marked where it is large."""
    mark = " class=ipe-warn" if explanation.gap_warning is not None else ""
    return f"<td{mark}>{escape(signed(explanation.completeness_gap, 3))}</td>"


def _row(name: str, *cells: str) -> str:
    return f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(c)}</td>' for c in cells)}</tr>"


def share_table(both: Pair, comparison: Comparison) -> None:
    """Skip's share of all influence in every block of both, and the difference in points."""
    alike = comparison.unlike is None
    shares = [e.flow.skip_shares() if e.flow is not None else () for e in both]
    rows = []
    for block in range(max(len(found) for found in shares)):
        bars = "".join(
            share_bar(float(found[block])) if block < len(found) else "<td>–</td><td></td>"
            for found in shares
        )
        change = ""
        if alike:
            change = "<td>–</td>"
            if comparison.skip_shares is not None:
                one, two = comparison.skip_shares[:, block]
                change = f"<td>{escape(signed(100 * (two - one), 0))}</td>"
        rows.append(f"<tr><th>{block}</th>{bars}{change}</tr>")
    points_of = '<th scope="col">points</th>' if alike else ""
    st.html(
        '<table class="ipe-pair"><caption>Skip’s share of all influence, the rest moves through '
        'heads</caption><tr><th scope="col">block</th><th scope="col" colspan="2">first</th>'
        f'<th scope="col" colspan="2">second</th>{points_of}</tr>{"".join(rows)}</table>'
    )


def share_bar(share: float) -> str:
    """A share in per cent and as a bar, as two cells."""
    return (
        f"<td>{escape(percent(share))}</td>"
        f'<td class="ipe-split"><span style="width:{100 * share:.1f}%"></span></td>'
    )
