"""The sentence's words tinted by their influence, or by another method's scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from html import escape

import streamlit as st

from explainer import ExplainerError, Explanation
from explainer.app import compute
from explainer.app.compute import Request
from explainer.figures.canvas.palette import Palette, palette, rgba
from explainer.figures.canvas.text import clean
from explainer.question.sentence import Span
from explainer.results.beside.word_scores import WordScores

STRONGEST = 0.5
"""Opacity of the tint of the strongest word; more of it would leave too little contrast to read."""
FAINTEST = 0.015
"""Of a tint that is drawn at all."""


def name_of(text: str) -> str:
    """A short name for a text, by which its tints know its words."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def spans_html(
    text: str,
    spans: Sequence[Span],
    filled: Mapping[int, str] | None = None,
    tags: Mapping[int, str] | None = None,
    marked: Collection[int] = (),
    masks: Collection[int] = (),
) -> str:
    """The text with an element for each word, so that it can be tinted; masks are shown `filled`
    with what the model says there, and words with their `tags`; some are `marked`. To the first
    that is, or to the first of the `masks`, a long text is scrolled (`typing_box.SHOW`)."""
    parts, at = [], 0
    for number, (start, end) in enumerate(spans):
        word = escape(clean(text[start:end]))
        if filled and number in filled:
            word = f"{escape(clean(filled[number]))} <small>{word}</small>"
        if tags and number in tags:
            word = f"{word} <small>{escape(clean(tags[number]))}</small>"
        known = "ipe-found" if number in marked else "ipe-mask" if number in masks else None
        look = f' class="{known}"' if known else ""
        parts += [escape(clean(text[at:start])), f"<span{look}>{word}</span>"]
        at = end
    return "".join(parts) + escape(clean(text[at:]))


def tint(
    request: Request, explanation: Explanation, scores: WordScores | None = None, *, dark: bool
) -> None:
    """Tint the words of the answered text, strongest where most of the influence is.

    The colours are those of the signs, as everywhere: towards the answer, or against it. With
    `scores` it is these, in grey where they have no sign.
    """
    try:
        texts = compute.tokens_of_both(request)
    except ExplainerError:
        return  # a model that has gone since; what is wrong has been said
    values = explanation.influence if scores is None else scores.scores
    signed = scores is None or scores.signed
    sums = [[sum(values[at] for at in places) for places in words] for words in texts]
    largest = max((abs(value) for text in sums for value in text), default=0.0)
    names = [name_of(request.text), *([] if request.pair is None else [second_name(request.pair)])]
    # A second text that is read by itself has no influence: its words stay as they are.
    rules = "\n".join(
        tint_rules(name, text, palette(dark), largest, signed=signed)
        for name, text in zip(names, sums, strict=False)
    )
    st.html(f"<style>\n{rules}\n</style>")


def second_name(pair: str) -> str:
    """As `name_of` for a second text, which may be the same as the first."""
    return name_of(f"2 {pair}")


def tint_rules(
    name: str,
    influence: Sequence[float],
    colours: Palette,
    largest: float | None = None,
    *,
    signed: bool = True,
) -> str:
    """The style rules for the words of the text of this name; `largest` has the full tint, the
    strongest of them where it is not given."""
    if largest is None:
        largest = max(map(abs, influence), default=0.0)
    rules = []
    for number, value in enumerate(influence, start=1):
        opacity = STRONGEST * abs(value) / largest if largest else 0.0
        if opacity >= FAINTEST:
            fill = rgba(colours.sign(value) if signed else colours.muted, opacity)
            one = f'[class*="_{name}"]'
            rules.append(
                f"{one} button:nth-of-type({number}), {one} .ipe-text span:nth-of-type({number})"
                f" {{ background: {fill}; }}"
            )
    return "\n".join(rules)
