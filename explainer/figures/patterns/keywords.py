"""A view from keywords: `pattern_svg(explanation, level="embedding")` draws `View(level=…)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import wraps
from typing import Any, Protocol, TypeVar

from explainer.base.checks import instance
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed
from explainer.figures.patterns.view import View
from explainer.results.explanation import Explanation

Figure_co = TypeVar("Figure_co", covariant=True)


class Drawing(Protocol[Figure_co]):
    """A function that draws a view of an explanation; keywords are that view's choices."""

    def __call__(
        self, explanation: Explanation, view: View | None = None, **choices: Any
    ) -> Figure_co: ...


def view_of(view: View | None = None, /, **choices: Any) -> View:
    """The view, or the usual one for None, with these choices instead of its own.

    Raises ExplainerError for what is no view, and for a choice that there is not.
    """
    wanted = "a View, such as View(level='embedding')"
    given = View() if view is None else instance("view", view, View, wanted)
    known = [field.name for field in fields(View)]
    unknown = [name for name in choices if name not in known]
    if unknown:
        raise ExplainerError(
            f"A figure has no option {listed(unknown)}: choose from {listed(known)}."
        )
    return replace(given, **choices)


def by_keyword(draw: Callable[[Explanation, View], Figure_co]) -> Drawing[Figure_co]:
    """The same function, which may be called with the view's choices as keywords, too."""

    @wraps(draw, ("__module__", "__name__", "__qualname__", "__doc__"))
    def drawing(explanation: Explanation, view: View | None = None, **choices: Any) -> Figure_co:
        return draw(explanation, view_of(view, **choices))

    del drawing.__wrapped__  # whose signature `help` would show
    return drawing
