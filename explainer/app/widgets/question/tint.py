"""The sentence's words tinted by their influence: the first figure of a page."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from html import escape

import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app import compute
from explainer.app.compute import Request
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.text import clean
from explainer.question.sentence import Span

STRONGEST = 0.5
"""Opacity of the tint of the strongest word; more of it would leave too little contrast to read."""
FAINTEST = 0.015
"""Of a tint that is drawn at all."""


def name_of(text: str) -> str:
    """A short name for a text, by which its tints know its words."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def spans_html(text: str, spans: Sequence[Span]) -> str:
    """The text with an element for each word, so that it can be tinted."""
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(clean(text[at:start])), f"<span>{escape(clean(text[start:end]))}</span>"]
        at = end
    return "".join(parts) + escape(clean(text[at:]))


def tint(request: Request, explanation: Explanation, *, dark: bool) -> None:
    """Tint the words of the answered text, strongest where most of the influence is.

    The colours are those of the signs, as everywhere: towards the answer, or against it.
    """
    try:
        words = compute.word_tokens(request.model, request.text)
    except ExplainerError:
        return  # a model that has gone since; what is wrong has been said
    influence = [sum(explanation.influence[at] for at in places) for places in words]
    rules = tint_rules(name_of(request.text), influence, palette(dark))
    st.html(f"<style>\n{rules}\n</style>")


def tint_rules(name: str, influence: Sequence[float], colours: Palette) -> str:
    """The style rules for the words of the text of this name."""
    largest = max(map(abs, influence), default=0.0)
    rules = []
    for number, value in enumerate(influence, start=1):
        opacity = STRONGEST * abs(value) / largest if largest else 0.0
        if opacity >= FAINTEST:
            fill = rgba(colours.sign(value), opacity)
            one = f'[class*="_{name}"]'
            rules.append(
                f"{one} button:nth-of-type({number}), {one} .ipe-text span:nth-of-type({number})"
                f" {{ background: {fill}; }}"
            )
    return "\n".join(rules)
