"""The explanation as files: the picture for a paper, an interactive page, the numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from explainer import Explanation
from explainer.app.compute import Request
from explainer.app.explore.state import LINKED
from explainer.app.explore.tables import pattern_file, step_frame
from explainer.app.widgets.saving.files import File, picture_files, save_button, save_files
from explainer.app.widgets.saving.picture import picture_and_link
from explainer.app.widgets.saving.snippet import snippet
from explainer.app.work.kept import made_once
from explainer.figures import View
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.html import drawn_html
from explainer.figures.patterns.svg import drawn_svg
from explainer.figures.patterns.view import WIDTH


def save_popover(explanation: Explanation, request: Request, view: View, drawn: Drawn) -> None:
    """What one explanation can be saved as, behind one button."""
    with save_button() as is_open:
        if is_open:
            _files(explanation, request, view, drawn)


def _files(explanation: Explanation, request: Request, view: View, drawn: Drawn) -> None:
    # A picture is for a paper: light, whatever the page is, and of one width.
    paper = partial(_svg, request, replace(view, width=WIDTH, dark=False), drawn)
    picture_and_link(paper(), "pattern", whole=LINKED.get().fits_link)
    save_files(
        (
            *picture_files("pattern", paper),
            File(
                "Interactive page (HTML)",
                "pattern.html",
                "text/html",
                lambda: drawn_html(_resized(drawn, dark=view.dark)),
            ),
            File(
                "Numbers (JSON)",
                "pattern.json",
                "application/json",
                lambda: explanation.to_json(indent=1),
            ),
            File(
                "Table of patterns (CSV)",
                "patterns.csv",
                "text/csv",
                lambda: pattern_file(drawn).to_csv(index=False),
            ),
            File(
                "Table of steps (CSV)",
                "steps.csv",
                "text/csv",
                lambda: step_frame(drawn).to_csv(index=False),
            ),
        ),
        snippet(replace(request, words=explanation.strongest), view),
    )


@made_once
def _svg(request: Request, view: View, _drawn: Drawn) -> str:  # noqa: ARG001
    """The picture, made once for its file and the browser's PNG."""
    return drawn_svg(_resized(_drawn, dark=view.dark))


def _resized(drawn: Drawn, *, dark: bool) -> Drawn:
    """The same at a file's width, which is not that of the reader's screen."""
    return replace(drawn, view=replace(drawn.view, width=WIDTH, dark=dark))
