"""An explanation as a file of its own, and as what a notebook shows of it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from explainer.base.errors import ExplainerError
from explainer.base.files import named, write_whole
from explainer.figures.canvas.pdf import to_pdf
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.keywords import by_keyword, view_of
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import drawn_summary
from explainer.figures.patterns.svg import drawn_svg, pattern_svg
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation

ENDINGS = (".json", ".svg", ".pdf", ".html")
PLOTLY = "application/vnd.plotly.v1+json"
"""What notebooks draw an interactive figure from."""


def save(explanation: Explanation, file: Path, view: View) -> None:
    """Write the explanation to `file`, as what its ending says; see `Explanation.save`."""
    ending = file.suffix.lower()
    content: str | bytes
    if ending == ".json":
        content = explanation.to_json(indent=1) + "\n"
    elif ending == ".svg":
        content = pattern_svg(explanation, view)
    elif ending == ".pdf":
        content = pattern_pdf(explanation, view)
    elif ending == ".html":
        # Plotly is only loaded by those who need it.
        from explainer.figures.patterns.html import pattern_html

        content = pattern_html(explanation, view)
    else:
        raise ExplainerError(
            f"The file {named(file)} has no ending that says what to write: name one that ends in "
            f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}."
        )
    write_whole(file, content)


@by_keyword
def pattern_pdf(explanation: Explanation, view: View) -> bytes:
    """The picture of `pattern_svg` as a PDF of one page, with vectors and its fonts inside.

    The view's choices can be given as keywords. Raises ExplainerError as `pattern_svg` does, and
    where the extra 'pdf' is not installed.
    """
    return to_pdf(pattern_svg(explanation, view))


def mime_bundle(explanation: Explanation) -> dict[str, Any]:
    """The explanation by MIME type, of which a notebook takes the richest that it can draw.

    They are its summary, its SVG and, where Plotly is there, the graph to explore.
    """
    drawn = Drawn.of(explanation, view_of())
    scene = lay_out(drawn)
    bundle: dict[str, Any] = {
        "text/plain": drawn_summary(drawn),
        "image/svg+xml": drawn_svg(drawn, scene),
    }
    if find_spec("plotly") is not None:
        from explainer.figures.canvas.plotly import CONFIG, to_figure

        figure = to_figure(scene, drawn.view.colours)
        bundle[PLOTLY] = {**json.loads(figure.to_json()), "config": CONFIG}
    return bundle
