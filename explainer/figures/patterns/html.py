"""The pattern graph as one HTML file that works without a network."""

from __future__ import annotations

from typing import Any

from explainer.figures.canvas import text
from explainer.figures.canvas.plotly import CONFIG, to_figure
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import view_summary
from explainer.figures.patterns.view import view_of
from explainer.results.pattern import Explanation, Level

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
</style>
</head>
<body>
<h1>{title}</h1>
<p>{said}</p>
<figure role="img" aria-label="{label}">
{figure}
</figure>
</body>
</html>
"""


def pattern_html(explanation: Explanation, *, level: Level = "attention", **options: Any) -> str:
    """The interactive pattern graph as one self-contained page of about 5 MB (see `View`)."""
    view = view_of({"level": level, **options})
    figure = to_figure(lay_out(explanation, view), view.colours)
    said = text.escape(view_summary(explanation, view))
    return PAGE.format(
        title=text.escape(" ".join(explanation.tokens)),
        said=said,
        label=said.replace('"', "&quot;"),
        surface=view.colours.surface,
        ink=view.colours.ink,
        muted=view.colours.muted,
        font=text.FONT,
        figure=figure.to_html(
            full_html=False, include_plotlyjs=True, include_mathjax=False, config=CONFIG
        ),
    )
