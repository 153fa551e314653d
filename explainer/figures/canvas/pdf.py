"""An SVG file as a PDF, for LaTeX and for print: vectors, with its fonts inside.

The work is done by vl-convert, which needs no browser and brings its own sans-serif. Of the ways
that were tried it alone draws every figure: svglib has no letters beyond Latin-1 (such as ₑ), fpdf2
stops at the first of them, and CairoSVG needs a library of the system.
"""

from __future__ import annotations

import re

from explainer.base.extras import need

SIDE = re.compile(r'\b(width|height)="([\d.]+)"')
POINTS = 0.75
"""Points of a PDF for one px of SVG: 72 of them are an inch, and 96 px."""


def to_pdf(svg: str) -> bytes:
    """An SVG of this package as a PDF of one page, as large as the figure.

    Raises ExplainerError where the extra 'pdf' is not installed.
    """
    need("A PDF", "pdf")
    import vl_convert

    root, rest = svg.split(">", 1)
    made: bytes = vl_convert.svg_to_pdf(SIDE.sub(_in_points, root) + ">" + rest)
    return made


def _in_points(side: re.Match[str]) -> str:
    return f'{side[1]}="{POINTS * float(side[2]):g}"'
