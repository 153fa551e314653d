"""Formulas side by side, which follow each other where there is no room."""

from __future__ import annotations

import re

import streamlit as st

SPECIAL = re.compile(r"([%$#&_{}])")


def formulas(key: str, *parts: str) -> None:
    """These formulas in LaTeX, centred in one row; `key` is their own among the page's."""
    with st.container(
        horizontal=True,
        horizontal_alignment="center",
        vertical_alignment="center",
        gap="large",
        width=690,
        key=f"formula_{key}",
    ):
        for part in parts:
            st.latex(part, width="content")


def word(text: str) -> str:
    """A word as text inside a formula."""
    return r"\text{" + SPECIAL.sub(r"\\\1", text) + "}"
