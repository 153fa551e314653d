"""The explore page's choices in the session: other pages begin with its sentence."""

from __future__ import annotations

from explainer.app.state.choices import Choices, from_query
from explainer.app.state.linked import Linked

EXPLORED = Linked("choices", from_query, Choices.to_query)
