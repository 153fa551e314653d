"""The explore page's choices in the session: read from the link, edited, written to the link."""

from __future__ import annotations

from explainer.app.state.choices import Choices, from_query
from explainer.app.state.editor import UNSET, Editor
from explainer.app.state.linked import Linked

__all__ = [
    "EDITOR",
    "UNSET",
    "adopt_link",
    "bound",
    "bound_option",
    "change",
    "choices",
    "notes",
    "put",
    "show",
    "show_option",
    "write_link",
]

LINKED = Linked("choices", from_query, Choices.to_query)
adopt_link = LINKED.adopt_link
write_link = LINKED.write_link
notes = LINKED.notes
choices = LINKED.get
put = LINKED.put

EDITOR = Editor("explore", choices, put)
change = EDITOR.change
show = EDITOR.show
show_option = EDITOR.show_option
bound = EDITOR.bound
bound_option = EDITOR.bound_option
