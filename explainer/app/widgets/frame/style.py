"""The style rules of all pages and a page's own, from `assets/styles`, in the figures' colours."""

from __future__ import annotations

from functools import cache

import streamlit as st

from explainer.base import assets
from explainer.figures.canvas.palette import palette

AGAINST = "#b34d00"
"""The light page's colour of words for what is negative: the figures' own is too pale to read."""


def style(dark: bool, own: str | None = None) -> None:
    """Put the style sheet into the page, with the page's `own` rules, where it has a file of them.

    Rules that hold on one page are not told apart by what is on it: a browser would look for that
    after each change, which took longer than all else that it does for a new sentence.
    """
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
    known = " ".join(f"--ipe-{name}: {colour};" for name, colour in named.items())
    rules = _rules("common") + ("" if own is None else _rules(own))
    st.html(f"<style>\n:root {{ {known} }}\n{rules}</style>")


@cache
def _rules(name: str) -> str:
    return (assets.STYLES / f"{name}.css").read_text(encoding="utf-8")
