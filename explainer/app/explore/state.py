"""The explore page's choices in the session, and their editor."""

from __future__ import annotations

from explainer.app.state.editor import Editor
from explainer.app.state.explored import EXPLORED

LINKED = EXPLORED
EDITOR = Editor("explore", LINKED.get, LINKED.put)
