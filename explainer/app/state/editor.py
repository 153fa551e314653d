"""Widgets that show one set of choices and change it.

The choices are kept apart from the widgets' own keys, because Streamlit forgets a widget's value
when it is not drawn. A widget is only replaced where it differs, so that a rerun never overwrites
what somebody is typing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Choice = TypeVar("Choice", bound="DataclassInstance")

UNSET = ""
"""The option of a selectbox for no choice."""


@dataclass(frozen=True)
class Editor(Generic[Choice]):
    """Shows and changes the choices behind `choices` and `put`; `prefix` begins its keys."""

    prefix: str
    choices: Callable[[], Choice]
    put: Callable[[Choice], None]

    def change(self, **changes: Any) -> None:
        """Replace some choices."""
        self.put(replace(self.choices(), **changes))

    def show(
        self, name: str, value: Any, on_change: Callable[[Any], None], argument: str = "value"
    ) -> dict[str, Any]:
        """Arguments that make a widget show `value` and hand on what a person changes it to.

        The value is the widget's default (its `argument`), and where the choice has changed by
        other means than the widget itself, a new key makes it a new widget. Setting a widget's
        session value instead would be lost on widgets that are not on the screen yet, as in a
        popover.
        """
        version = f"{self.prefix}_{name}_version"
        key = self._key(name)
        if key in st.session_state and st.session_state[key] != value:
            st.session_state[version] = st.session_state.get(version, 0) + 1
            key = self._key(name)

        def changed() -> None:
            # A browser that has not heard yet that the widget is another one sends the old one's
            # value with the next click, and Streamlit, which has forgotten it, takes it for new.
            if key == self._key(name):
                on_change(st.session_state[key])

        return {"key": key, "on_change": changed, argument: value}

    def _key(self, name: str) -> str:
        """The key of the widget that shows a choice now."""
        number = st.session_state.get(f"{self.prefix}_{name}_version", 0)
        return f"{self.prefix}_{name}_{number}"

    def show_option(
        self, name: str, options: Sequence[Any], value: Any, on_change: Callable[[Any], None]
    ) -> dict[str, Any]:
        """`show` for a selectbox with these options; where a choice can be left open, UNSET too.

        UNSET stands for None, which Streamlit takes for an emptied box and not for an option.
        """

        def changed(option: Any) -> None:
            on_change(None if option == UNSET else option)

        shown = self.show(name, UNSET if value is None else value, changed, "index")
        return {**shown, "options": options, "index": options.index(shown["index"])}

    def bound(self, name: str, argument: str = "value") -> dict[str, Any]:
        """`show` for a choice that a widget edits as it is."""
        value = getattr(self.choices(), name)
        return self.show(name, value, partial(self._change_one, name), argument)

    def bound_option(self, name: str, options: Sequence[Any]) -> dict[str, Any]:
        """`show_option` for a choice that a selectbox edits as it is."""
        value = getattr(self.choices(), name)
        return self.show_option(name, options, value, partial(self._change_one, name))

    def _change_one(self, name: str, value: Any) -> None:
        self.change(**{name: value})
