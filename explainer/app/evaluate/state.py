"""The evaluate page's choices in the session, and their editors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from explainer.app.evaluate.choices import Inquiry, inquiry_from_query
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.explored import EXPLORED
from explainer.app.state.linked import Linked


def _read(query: Mapping[str, str]) -> tuple[Inquiry, tuple[str, ...]]:
    """A link's choices; without one the explore page's sentence is what a person comes from."""
    return inquiry_from_query(query, EXPLORED.last())


def _asked() -> Choices:
    return LINKED.get().asked


def _ask(chosen: Choices) -> None:
    LINKED.put(replace(LINKED.get(), asked=chosen))


LINKED = Linked("inquiry", _read)
QUESTION = Editor("evaluate", _asked, _ask)
"""Edits the sentence, model, contrast and settings."""
INQUIRY = Editor("evaluate", LINKED.get, LINKED.put)
"""Edits all else."""
