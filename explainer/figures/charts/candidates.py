"""What each component would carry on one step of a pattern: the choice and those it beat."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from explainer.base.numbers import signed
from explainer.figures.canvas import text, wording
from explainer.figures.canvas.palette import palette, rgba
from explainer.results.route import SKIP, Component

SHOWN = 8


def ranked_candidates(
    candidates: Sequence[float], sign: float
) -> tuple[tuple[Component, float], ...]:
    """Components with their influence in logits, strongest in the word's direction first.

    `candidates` has skip first and then every head; a tie goes to skip, as in refinement.
    """
    components: list[Component] = [SKIP, *range(len(candidates) - 1)]
    pairs = list(zip(components, candidates, strict=True))
    return tuple(sorted(pairs, key=lambda pair: -sign * pair[1]))


def candidate_bars(
    candidates: Sequence[float], chosen: Component, sign: float, *, dark: bool = False
) -> go.Figure:
    """Bars of the strongest candidates, the chosen one at the top in full colour."""
    colours = palette(dark)
    ranked = ranked_candidates(candidates, sign)
    shown = ranked[:SHOWN]
    if chosen not in [component for component, _ in shown]:
        shown = (*shown[:-1], *(pair for pair in ranked if pair[0] == chosen))
    names = [wording.component(component) for component, _ in shown]
    figure = go.Figure(
        go.Bar(
            # Nothing is no bar: below 0 its number would stand on the component's name.
            x=[value if float(f"{value:.2f}") else 0.0 for _, value in shown],
            y=names,
            orientation="h",
            marker={
                "color": [
                    rgba(colours.sign(value), 1.0 if component == chosen else 0.35)
                    for component, value in shown
                ]
            },
            text=[signed(value) for _, value in shown],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    # Room for the numbers outside, to the left only where a bar goes there.
    low, high = (pick(0.0, *(value for _, value in shown)) for pick in (min, max))
    room = 0.16 * ((high - low) or 1.0)
    seen_left = signed(low).startswith("−")
    figure.update_layout(
        height=70 + 26 * len(shown),
        margin={"l": 4, "r": 44, "t": 4, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": text.FONT, "color": colours.ink, "size": text.SMALL},
        showlegend=False,
        dragmode=False,
        bargap=0.3,
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True, ticks="", automargin=True)
    figure.update_xaxes(
        fixedrange=True,
        automargin=True,
        range=[low - (room if seen_left else 0), high + room],
        gridcolor=rgba(colours.faint, 0.5),
        zerolinecolor=colours.muted,
        title={"text": "influence (logits)", "font": {"color": colours.muted}},
    )
    return figure
