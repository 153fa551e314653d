"""What the words on the pages mean: those of docs/glossary.md, beside what they explain.

Streamlit shows what is given as `help` when a pointer, the keyboard or a finger comes to its sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import streamlit as st

from explainer.app.widgets.markdown import plain
from explainer.base import assets

CELL = re.compile(r"(?<!\\)\|")
"""What parts the cells of a row: a bar that is not escaped."""


@dataclass(frozen=True)
class Term:
    """A word of the pages: what it means, and its symbol or nothing, as plain text."""

    name: str
    meaning: str
    symbol: str


@cache
def terms() -> dict[str, Term]:
    """The words that the pages use, by name, in the order of the document."""
    whole = assets.GLOSSARY.read_text(encoding="utf-8")
    table = whole.partition("## On the pages")[2].partition("\n## ")[0]
    rows = [CELL.split(line) for line in table.splitlines() if line.startswith("| ")][1:]
    read = [[cell.strip().replace("\\|", "|") for cell in row[1:4]] for row in rows]
    return {name: Term(name, meaning, symbol) for name, meaning, symbol in read}


def meaning(name: str) -> str:
    """What one word means, as a sentence for a `help`; KeyError for a word that is not there."""
    said = terms()[name].meaning
    return plain(f"{said[0].upper()}{said[1:]}.")


def words(*names: str) -> str:
    """What several words mean, for a `help`: a line for each; KeyError as `meaning`."""
    return "\n\n".join(f"**{name}:** {plain(terms()[name].meaning)}" for name in names)


def how_to_read(said: str, meanings: str) -> None:
    """The button behind which a figure is explained, with what `words` says, and the way to all."""
    with st.popover("How to read it", type="tertiary", key="how_to_read"):
        st.markdown(f"{said}\n\n{meanings}")
        st.page_link("pages/method.py", label="All words", icon=":material/menu_book:")
