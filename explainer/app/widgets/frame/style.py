"""The one style sheet of all pages, `assets/style.css`, with the figures' colours."""

from __future__ import annotations

from functools import cache

import streamlit as st

from explainer.base import assets
from explainer.figures.canvas.palette import palette

AGAINST = "#b34d00"
"""The light page's colour of words for what is negative: the figures' own is too pale to read."""


def style(dark: bool) -> None:
    """Put the style sheet into the page."""
    colours = palette(dark)
    named = {
        "surface": colours.surface,
        "ink": colours.ink,
        "muted": colours.muted,
        "bar": colours.positive,
        "warn": colours.negative,
        "skip": colours.skip,
        "heads": colours.heads,
        "faint": colours.faint,
        "for": colours.positive,
        "against": colours.negative if dark else AGAINST,
    }
    answers = (named["for"], named["against"], colours.third, colours.fourth)
    named |= {f"answer{number}": colour for number, colour in enumerate(answers)}
    own = " ".join(f"--ipe-{name}: {colour};" for name, colour in named.items())
    st.html(f"<style>\n:root {{ {own} }}\n{_sheet()}</style>")


@cache
def _sheet() -> str:
    return assets.STYLE.read_text(encoding="utf-8")
