"""The frame that all pages share: style, title, messages, the page's width and its link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer import ExplainerError
from explainer.app import compute
from explainer.app.compute.waiting import cancel_button
from explainer.app.state.choices import TOO_LONG
from explainer.app.state.linked import Linked
from explainer.app.widgets.frame.notes import show_error, show_notes
from explainer.app.widgets.frame.style import style
from explainer.app.widgets.frame.viewport import is_dark, page_width


@dataclass(frozen=True)
class Frame:
    """Where a page puts what is its own: controls beside the title, and messages below it."""

    head: DeltaGenerator
    messages: DeltaGenerator
    width: float


@contextmanager
def page_frame(
    linked: Linked[Any], title: str, about: str | Callable[[], str], *, own_style: str | None = None
) -> Iterator[Frame]:
    """A page around what is drawn inside: its choices come from the link, and go into it after.

    `about` is the sentence beside the title, or gives it once the choices are known; `own_style`
    names the page's file of style rules, if it has one. Where the
    server's own settings are wrong, nothing can be loaded: the page says so and ends.
    """
    style(is_dark(), own_style)
    linked.adopt_link()
    lead = about if isinstance(about, str) else about()
    head = st.container(horizontal=True, vertical_alignment="bottom", key="head_row")
    head.html(f'<div class="ipe-head"><h1>{escape(title)}</h1><p>{escape(lead)}</p></div>')
    messages = st.container()
    cancel_button()
    try:
        compute.listings()
    except ExplainerError as error:
        show_error(error, messages)
        st.stop()
    show_notes(messages, linked.notes())
    yield Frame(head, messages, page_width())
    if not linked.get().fits_link:
        messages.caption(f":material/link_off: {TOO_LONG}")
    linked.write_link()
