"""Method, last of all: what the words on the pages mean, in one table."""

from __future__ import annotations

import streamlit as st

from explainer.app.widgets.glossary import terms
from explainer.app.widgets.markdown import plain


def words_section() -> None:
    """The glossary, as it stands beside what it explains on every page."""
    st.subheader("7 · The words", anchor="words")
    rows = (
        f"| {plain(term.name)} | {plain(term.symbol)} | {plain(term.meaning)} |"
        for term in terms().values()
    )
    st.markdown("\n".join(("| word | sign | what it means |", "|---|---|---|", *rows)))
