"""Figures as one HTML file that works without a network."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from explainer.figures.canvas import text
from explainer.figures.canvas.palette import Palette
from explainer.figures.canvas.plotly import CONFIG

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 24px; background: {surface}; color: {ink}; font-family: {font}; }}
h1 {{ font-size: 18px; font-weight: 600; }}
p {{ max-width: 70ch; color: {muted}; }}
figure {{ margin: 0; overflow-x: auto; }}
.table {{ overflow-x: auto; }}
h2 {{ font-size: 16px; font-weight: 600; margin-top: 32px; }}
table {{ border-collapse: collapse; font-size: 14px; }}
th, td {{ padding: 3px 14px 3px 0; text-align: left; border-bottom: 1px solid {faint}; }}
th {{ color: {muted}; font-weight: 400; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{said}</p>
<figure role="img" aria-label="{label}">
{figure}
</figure>
{after}</body>
</html>
"""


def page(
    title: str,
    said: str,
    label: str,
    figures: Sequence[go.Figure],
    colours: Palette,
    after: str = "",
) -> str:
    """The figures under a title and a sentence, as HTML text of 5 MB or more: Plotly is in it.

    `label` is what who cannot see the figures is told of them, `after` HTML that follows them.
    """
    drawn = [
        figure.to_html(
            full_html=False, include_plotlyjs=not number, include_mathjax=False, config=CONFIG
        )
        for number, figure in enumerate(figures)
    ]
    return PAGE.format(
        title=text.escape(title),
        said=text.escape(said),
        label=text.escape(label).replace('"', "&quot;"),
        surface=colours.surface,
        ink=colours.ink,
        muted=colours.muted,
        faint=colours.faint,
        font=text.FONT,
        figure="\n".join(drawn),
        after=after,
    )
