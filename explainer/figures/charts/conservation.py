"""All influence, block by block: what flows by skip and by heads, with and against the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from explainer.base.numbers import signed
from explainer.figures.canvas.palette import palette, rgba
from explainer.figures.charts.chart import chart, note, titled
from explainer.results.target import LOGITS, Unit
from explainer.results.total_flow import TotalFlow


def conservation_figure(flow: TotalFlow, *, unit: Unit = LOGITS, dark: bool = False) -> go.Figure:
    """Positive flows above 0 and negative ones below; what they leave is Σ g."""
    colours = palette(dark)
    blocks = [str(block) for block in range(len(flow.skip))]
    traces: list[dict[str, Any]] = []
    for parts, colour in ((flow.skip, colours.skip), (flow.heads, colours.heads)):
        flat = parts.reshape(len(parts), -1)
        for sign, opacity in ((1, 0.9), (-1, 0.45)):
            sums = np.where(sign * flat > 0, flat, 0.0).sum(axis=1, dtype=np.float64)
            traces.append(
                {
                    "type": "bar",
                    "x": blocks,
                    "y": sums,
                    "marker": {"color": rgba(colour, opacity), "line": {"width": 0}},
                    "hoverinfo": "skip",
                }
            )
    totals = flow.layer_totals()
    traces.append(
        {
            "type": "scatter",
            "x": blocks,
            "y": totals,
            "mode": "markers+text",
            "marker": {
                "symbol": "line-ew",
                "size": 46,
                "line": {"color": colours.ink, "width": 2.5},
            },
            "hoverinfo": "skip",
        }
    )
    return chart(
        traces,
        colours,
        340,
        barmode="relative",
        annotations=[
            note(
                block,
                total,
                signed(total),
                colours.ink,
                yanchor="bottom",
                yshift=3,
                bgcolor=rgba(colours.surface, 0.75),
                borderpad=1,
            )
            for block, total in zip(blocks, totals, strict=True)
        ],
        xaxis={"type": "category", "title": titled("block", colours), "showgrid": False},
        yaxis={"title": titled(f"influence ({unit})", colours), "zerolinewidth": 1},
    )
