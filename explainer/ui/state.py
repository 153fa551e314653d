"""The page's choices in the session: read from the link, shown by widgets, written to the link.

The choices are kept apart from the widgets' own keys, because Streamlit forgets a widget's value
when it is not drawn. A widget is only replaced where it differs, so that a rerun never overwrites
what somebody is typing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from explainer.ui.choices import Choices, from_query

CHOICES = "choices"
LINK = "choices_link"
NOTES = "choices_notes"
TOUCHED = "choices_touched"
UNSET = ""
"""The option of a selectbox for no choice."""
ARRIVED = "arrived"
"""Set by the app where the run comes from another page."""


def adopt_link() -> None:
    """Take the session's choices from the link where somebody has changed that.

    Not after a click: the browser may send it with the link from before the page's last answer.
    Nor on arriving from another page, whose navigation has emptied the link.
    """
    query = st.query_params.to_dict()
    state = st.session_state
    if CHOICES in state and (
        query == state[LINK] or TOUCHED in state or (not query and state.get(ARRIVED, False))
    ):
        return
    state[CHOICES], state[NOTES] = from_query(query)
    state[LINK] = query


def choices() -> Choices:
    """The session's choices as they are now."""
    found: Choices = st.session_state[CHOICES]
    return found


def change(**changes: Any) -> None:
    """Replace some choices; what the link had wrong is then no longer worth a note."""
    put(replace(choices(), **changes))


def put(chosen: Choices) -> None:
    """Replace all choices."""
    st.session_state[CHOICES] = chosen
    st.session_state[NOTES] = ()
    st.session_state[TOUCHED] = True


def notes() -> tuple[str, ...]:
    """What could not be used of the link."""
    found: tuple[str, ...] = st.session_state.get(NOTES, ())
    return found


def write_link() -> None:
    """Put the choices into the address, so that it can be copied."""
    query = choices().to_query()
    if query != st.query_params.to_dict():
        st.query_params.from_dict(query)
    st.session_state[LINK] = query
    st.session_state.pop(TOUCHED, None)


def show(
    name: str, value: Any, on_change: Callable[[Any], None], argument: str = "value"
) -> dict[str, Any]:
    """Arguments that make a widget show `value` and hand on what a person changes it to.

    The value is the widget's default (its `argument`), and where the choice has changed by other
    means than the widget itself, a new key makes it a new widget. Setting a widget's session
    value instead would be lost on widgets that are not on the screen yet, as in a popover.
    """
    version = f"explore_{name}_version"
    key = f"explore_{name}_{st.session_state.get(version, 0)}"
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[version] = st.session_state.get(version, 0) + 1
        key = f"explore_{name}_{st.session_state[version]}"

    def changed() -> None:
        on_change(st.session_state[key])

    return {"key": key, "on_change": changed, argument: value}


def show_option(
    name: str, options: Sequence[Any], value: Any, on_change: Callable[[Any], None]
) -> dict[str, Any]:
    """`show` for a selectbox with these options; a choice that can be left open has UNSET first.

    UNSET stands for None, which Streamlit takes for an emptied box and not for an option.
    """

    def changed(option: Any) -> None:
        on_change(None if option == UNSET else option)

    shown = show(name, UNSET if value is None else value, changed, "index")
    return {**shown, "options": options, "index": options.index(shown["index"])}


def bound(name: str, argument: str = "value") -> dict[str, Any]:
    """`show` for a choice that a widget edits as it is."""
    return show(name, getattr(choices(), name), partial(_change_one, name), argument)


def bound_option(name: str, options: Sequence[Any]) -> dict[str, Any]:
    """`show_option` for a choice that a selectbox edits as it is."""
    return show_option(name, options, getattr(choices(), name), partial(_change_one, name))


def _change_one(name: str, value: Any) -> None:
    change(**{name: value})
