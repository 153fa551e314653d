"""A page's choices in the session, kept the same as the page's link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import streamlit as st


class Linkable(Protocol):
    """A page's choices."""

    @property
    def fits_link(self) -> bool:
        """Whether a link can carry all of them."""

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link."""


Choice = TypeVar("Choice", bound=Linkable)
ARRIVED = "arrived"
"""Set by the app where the run comes from another page."""
STAYS = "stays"
"""Set where a run comes from what changes no choice (`chooses_nothing`)."""


def chooses_nothing() -> None:
    """The `on_change` of what tells how wide the page is, or opens and closes something.

    Without it the run would look as if somebody had changed the link, and the link that comes with
    it may be from before the page's last answer: what had been typed would be lost.
    """
    st.session_state[STAYS] = True


@dataclass(frozen=True)
class Linked(Generic[Choice]):
    """One page's choices under `name` in the session; `read` takes them from a link."""

    name: str
    read: Callable[[Mapping[str, str]], tuple[Choice, tuple[str, ...]]]

    def adopt_link(self) -> None:
        """Take the session's choices from the link where somebody has changed that.

        Not after a choice, or what chooses nothing: the browser may send it with the link from
        before the page's last answer. Nor on arriving from another page, whose navigation has
        emptied the link: it stays empty until the browser has the one that this page writes.
        """
        query = st.query_params.to_dict()
        state = st.session_state
        stays = state.pop(STAYS, False)
        state.pop(f"{self.name}_shown", None)  # of a run that has not come to its end
        emptied = f"{self.name}_emptied"
        if state.get(ARRIVED, False):
            state[emptied] = True
        if query:
            state.pop(emptied, None)
        if self.name in state and (
            query == state[f"{self.name}_link"]
            or f"{self.name}_touched" in state
            or stays
            or emptied in state
        ):
            return
        state[self.name], state[f"{self.name}_notes"] = self.read(query)
        state[f"{self.name}_link"] = query

    def get(self) -> Choice:
        """The session's choices as they are now."""
        found: Choice = st.session_state[self.name]
        return found

    def last(self) -> Choice | None:
        """What was chosen last on the page; None in a session that has not seen it."""
        found: Choice | None = st.session_state.get(self.name)
        return found

    def put(self, chosen: Choice) -> None:
        """Replace the choices; what the link had wrong is then no longer worth a note."""
        st.session_state[self.name] = chosen
        st.session_state[f"{self.name}_notes"] = ()
        st.session_state[f"{self.name}_touched"] = True

    def notes(self) -> tuple[str, ...]:
        """What could not be used of the link."""
        found: tuple[str, ...] = st.session_state.get(f"{self.name}_notes", ())
        return found

    def shown(self) -> Choice:
        """The choices as the page shows them: with others where it cannot show what is chosen."""
        found: Choice = st.session_state.get(f"{self.name}_shown", self.get())
        return found

    def show(self, chosen: Choice) -> None:
        """Have the address say what this run of the page shows instead of what is chosen, which
        stays chosen: another part of the page may be able to show it."""
        st.session_state[f"{self.name}_shown"] = chosen

    def write_link(self) -> None:
        """Put what is shown into the address, so that it can be copied."""
        query = self.shown().to_query()
        st.session_state.pop(f"{self.name}_shown", None)
        if query != st.query_params.to_dict():
            st.query_params.from_dict(query)
        st.session_state[f"{self.name}_link"] = query
        st.session_state.pop(f"{self.name}_touched", None)
        st.session_state.pop(STAYS, None)  # a part of a page, which adopts no link, has run
