"""Figures of a similarity matrix: SVG as a file, Plotly for a page, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explainer.figures.canvas.scene import Scene
from explainer.figures.canvas.svg import to_svg
from explainer.figures.similarity.links import links_scene
from explainer.figures.similarity.matrix import matrix_scene
from explainer.figures.similarity.said import said_of, terms
from explainer.figures.similarity.view import Shown, SimilarityView, similarity_view
from explainer.results.similarity.matrix import SimilarityMatrix

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def scene_of(shown: Shown) -> Scene:
    """The matrix or the links, as the view says."""
    return (matrix_scene if shown.view.kind == "matrix" else links_scene)(shown)


def similarity_svg(
    matrix: SimilarityMatrix, view: SimilarityView | None = None, **choices: Any
) -> str:
    """The matrix, or the links between the two texts, as SVG text: a whole file.

    The view's choices can be given as keywords (`kind="links"`). Its title and description hold
    both texts and the strongest pairs. Raises ExplainerError for a choice that does not exist or
    does not fit the matrix.
    """
    shown = Shown.of(matrix, similarity_view(view, **choices))
    title = f"{shown.matrix.first.text} – {shown.matrix.second.text}"
    return to_svg(scene_of(shown), shown.view.colours.surface, title, said_of(shown))


def similarity_graph(
    matrix: SimilarityMatrix, view: SimilarityView | None = None, **choices: Any
) -> Figure:
    """The same as a Plotly figure: a pair says its number where it is pointed at.

    Of each marker of the last trace `customdata` holds the pair's rows, as the fourth and the fifth
    entry. Raises ExplainerError as `similarity_svg` does.
    """
    from explainer.figures.canvas.plotly import to_figure

    shown = Shown.of(matrix, similarity_view(view, **choices))
    return to_figure(scene_of(shown), shown.view.colours)


def similarity_html(
    matrix: SimilarityMatrix, view: SimilarityView | None = None, **choices: Any
) -> str:
    """The same as one HTML page of about 5 MB that needs no network; raises as that does."""
    from explainer.figures.canvas.page import page

    shown = Shown.of(matrix, similarity_view(view, **choices))
    title = f"{shown.matrix.first.text} – {shown.matrix.second.text}"
    figure = similarity_graph(matrix, shown.view)
    return page(title, terms(shown), said_of(shown), [figure], shown.view.colours)


def similarity_summary(
    matrix: SimilarityMatrix, view: SimilarityView | None = None, **choices: Any
) -> str:
    """The same in a few sentences, for who cannot see it."""
    return said_of(Shown.of(matrix, similarity_view(view, **choices)))
