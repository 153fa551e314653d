"""The explore page's choices in the session: other pages begin with its sentence."""

from __future__ import annotations

from collections.abc import Mapping

from explainer.app.state.choices import FAIREST, Choices, from_query
from explainer.app.state.linked import Linked


def explored_from_query(query: Mapping[str, str]) -> tuple[Choices, tuple[str, ...]]:
    """The choices that a link asks for, and one note for each value that could not be used.

    Without a link a word is one row, whatever its pieces, and what is cut is replaced the fairest
    way. A link that does not say so was written when rows were tokens and cuts by zero, and still
    shows them.
    """
    return from_query(query) if query else (Choices(merge=True, replacement=FAIREST), ())


EXPLORED = Linked("choices", explored_from_query)
