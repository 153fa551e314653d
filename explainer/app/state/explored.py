"""The explore page's choices in the session: other pages begin with its sentence."""

from __future__ import annotations

from explainer.app.state.choices import from_query
from explainer.app.state.linked import Linked

EXPLORED = Linked("choices", from_query)
