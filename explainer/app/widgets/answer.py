"""The answer in a sentence: which word matters most, for which answer, and which way it takes."""

from __future__ import annotations

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.app.widgets.markdown import unbroken
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.summary import Piece, headline

LOOKS = {"correct": "ipe-for", "wrong": "ipe-against", "word": "ipe-word", "head": "ipe-word"}
"""The style of each role that a piece of the sentence may have."""


def answer(drawn: Drawn, place: DeltaGenerator | None = None) -> None:
    """The sentence, with its word, answer and heads set apart, at this place or (None) here."""
    where = st if place is None else place
    where.html(f'<p class="ipe-answer">{answer_html(headline(drawn))}</p>')


def answer_html(pieces: tuple[Piece, ...]) -> str:
    """The pieces as HTML; their texts are users' own and stay text."""
    return "".join(
        f'<b class="{LOOKS[piece.role]}">{escape(piece.text)}</b>'
        if piece.role in LOOKS
        else escape(unbroken(piece.text))
        for piece in pieces
    )
