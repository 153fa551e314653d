"""The corpus page's choices in the session, and their editors."""

from __future__ import annotations

from dataclasses import replace

from explainer.app.corpus.choices import survey_from_query
from explainer.app.state.choices import Choices
from explainer.app.state.editor import Editor
from explainer.app.state.linked import Linked

LINKED = Linked("survey", survey_from_query)


def _asked() -> Choices:
    return LINKED.get().asked


def _ask(chosen: Choices) -> None:
    LINKED.put(replace(LINKED.get(), asked=chosen))


QUESTION = Editor("corpus", _asked, _ask)
"""Edits the model and the settings."""
SURVEY = Editor("corpus", LINKED.get, LINKED.put)
"""Edits all else."""
