"""The few numbers that matter, as a quiet strip, and the predictions as a list with bars."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from html import escape

import streamlit as st

from explainer import Explanation, Prediction, WordPair
from explainer.app.compute import AtMask
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas.text import brief, clean
from explainer.results.metrics import concentration
from explainer.results.pattern import Pattern
from explainer.results.route import Level
from explainer.results.target import COSINE, LOG_PROBABILITY, LOGITS, Target

MOST = 0.5
"""The share of all influence below which the drawn patterns are said to be examples."""
PREDICTS = "What the model predicts"
LONGEST = 24
"""Characters of a word or an answer in the list at most: a longer one has them when pointed at."""
ROWS = 3
"""Words at a mask at most, of which one is the likeliest and others are asked about."""
FEW_MASKS = 3
"""Up to how many masks more than one word is listed at each."""
EXAMPLES = (
    "Most of the influence takes other ways than the drawn ones: each of these is an example, not "
    "the whole explanation."
)


def strip(explanation: Explanation, drawn: tuple[Pattern, ...], level: Level) -> None:
    """Q at the input and at the baseline, Σ g, the gap, and the drawn patterns' share."""
    target = explanation.target
    warning = explanation.gap_warning
    share = concentration(explanation, drawn, level)
    logit = () if target.unit != LOGITS else ("logit",)
    items = (
        (
            f"Q: {clean(explanation.asked)}",
            signed(target.value),
            f"{words('quantity of interest', *logit)}\n\n{_meaning(explanation)}",
            False,
        ),
        ("at the baseline", signed(target.baseline_value), words("baseline"), False),
        ("sum of influence Σ g", signed(sum(explanation.influence)), words("influence"), False),
        (
            f"gap with {counted(explanation.points_used, 'point')}",
            signed(explanation.completeness_gap, 3),
            f"{words('completeness gap', 'points')}\n\nRule: {explanation.settings.rule}.",
            warning is not None,
        ),
        (
            "in the drawn patterns",
            percent(share),
            words("share", "pattern", "nodes" if level == "embedding" else "heads and skips"),
            False,
        ),
    )
    number_strip("strip", items)
    if warning is not None:
        st.caption(f":material/warning: {warning}")
    if drawn and share < MOST:
        st.caption(f":material/info: {EXAMPLES}")


def found_by(explanation: Explanation, level: Level) -> str:
    """Which search found the patterns that are shown at a level, as a sentence."""
    settings = explanation.settings
    if settings.search == "joint" and level == "embedding":
        return (
            f"The lines were found by {settings.searched}, for what their heads and skips carry: "
            "staged search, in the settings, looks for nodes by themselves."
        )
    return f"The lines were found by {settings.searched}."


def _meaning(explanation: Explanation) -> str:
    """What the sign of Q says."""
    unit = explanation.target.unit
    if unit == COSINE:
        return "The cosine of the two texts’ embeddings: 1 is the same, about 0 nothing in common."
    if explanation.target.wrong is not None or explanation.model.head == "choice":
        return f"The quantity explained, in {unit}: above 0 the model prefers the first."
    if unit == LOG_PROBABILITY:
        return f"The quantity explained, in {unit}: 0 is certain, and less is less likely."
    if explanation.model.head == "labels":
        return "The quantity explained, in logits: above 0 the label is more likely than not."
    return "The quantity explained: the model’s value."


def number_strip(name: str, items: Iterable[tuple[str, str, str, bool]]) -> None:
    """Numbers next to each other: a label, the number, what it says, and whether to beware of it.

    `name` tells the strip apart from others on the page.
    """
    with st.container(horizontal=True, gap="medium", key=f"numbers_{name}"):
        for number, (label, value, tip, warn) in enumerate(items):
            # An element more for each, at every click, only where it has to look different.
            key = f"number_{name}_{number}_warn"
            with st.container(width="content", key=key) if warn else nullcontext():
                st.metric(plain(label), value, help=tip, width="content")


def prediction_list(
    predicted: tuple[Prediction, ...],
    target: Target,
    *,
    count: int = 3,
    name: str = PREDICTS,
) -> None:
    """The likeliest words or classes with their probabilities, or a regression's values.

    Those that are asked about are among them where they are known, in the colours of the answers.
    """
    asked = {target.correct: "ipe-for", target.wrong: "ipe-against"}
    shown = [*predicted[:count], *(p for p in predicted[count:] if p.word in asked)]
    rows = "".join(_row(p, asked.get(p.word, "")) for p in shown)
    st.html(f'<table class="ipe-predictions"><caption>{escape(name)}</caption>{rows}</table>')


def predicted_line(said: Sequence[AtMask] | Sequence[Prediction], word: str) -> str:
    """The likeliest words with their probabilities in one line of HTML: at each mask the likeliest
    and the piece of `word` there, or at an only mask two, and the word."""
    parts = []
    for number, one in enumerate(said, start=1):
        if isinstance(one, AtMask):
            first, *rest = one.predictions
            shown = [first, *(p for p in rest if p.id in one.asked)]
            asked = {p.id for p in shown if p.id in one.asked}
            parts.append(f"<span>mask {number} {_in_line(shown, asked)}</span>")
    alone = [p for p in said if not isinstance(p, AtMask)]
    if alone:
        shown = [*alone[:2], *(p for p in alone[2:] if p.word == word)]
        own = {p.id for p in shown if p.word == word}
        parts.append(f"the mask {_in_line(shown, own)}")
    return f'<p class="ipe-said">The model says at {"; at ".join(parts)}.</p>'


def _in_line(shown: Sequence[Prediction], asked: Collection[int | None]) -> str:
    said = []
    for one in shown:
        look = ' class="ipe-for"' if one.id in asked else ""
        share = "" if one.probability is None else f" {escape(percent(one.probability))}"
        said.append(f"<b{look}>{escape(clean(one.word))}</b>{share}")
    return ", ".join(said)


def likelier(found: WordPair) -> None:
    """How likely each of two words is in its own sentence."""
    rows = "".join(
        f'<tr class="{look}"><th scope="row">{escape(clean(one.target.correct))}</th>'
        f"<td>{signed(one.target.value)}</td></tr>"
        for one, look in ((found.correct, "ipe-for"), (found.wrong, "ipe-against"))
    )
    name = "Log-probability of each word"
    st.html(f'<table class="ipe-predictions"><caption>{name}</caption>{rows}</table>')


def mask_lists(
    said: Sequence[AtMask],
    predicted: Sequence[Prediction] | None = None,
    *,
    name: str = PREDICTS,
    count: int = 2,
) -> None:
    """The likeliest words at each of several masks, with those that are asked about there.

    `predicted` are another model's for the same masks, with the positions of these.
    """
    count = count if len(said) <= FEW_MASKS else 1
    rows = []
    for number, one in enumerate(said, start=1):
        every = one.predictions
        if predicted is not None:
            every = tuple(p for p in predicted if p.position == one.position)
        looks = dict(zip(one.asked, ("ipe-for", "ipe-against"), strict=False))
        if len(set(one.asked)) < len(one.asked):
            looks = {}  # both words have this piece
        unlikely = sum(p.id in one.asked for p in every[count:])
        likely = max(1, min(count, ROWS - unlikely))
        shown = [p for n, p in enumerate(every) if n < likely or p.id in one.asked]
        rows.append(f'<tr><th colspan="3" scope="rowgroup">mask {number}</th></tr>')
        rows += [_row(prediction, looks.get(prediction.id, "")) for prediction in shown]
    st.html(
        f'<table class="ipe-predictions ipe-masks"><caption>{escape(name)}</caption>'
        f"{''.join(rows)}</table>"
    )


def _row(prediction: Prediction, look: str) -> str:
    whole = clean(prediction.word)
    short = brief(prediction.word, LONGEST)
    title = "" if short == whole else f' title="{escape(whole)}"'
    return (
        f'<tr class="{look}"><th scope="row"{title}>{escape(short)}</th>{_amount(prediction)}</tr>'
    )


def _amount(prediction: Prediction) -> str:
    """A probability with its bar; of a regression the value."""
    share = prediction.probability
    if share is None:
        return f'<td class="ipe-bar"></td><td>{signed(prediction.logit)}</td>'
    bar = f'<span style="width:{100 * share:.1f}%"></span>'
    return f'<td class="ipe-bar">{bar}</td><td>{escape(percent(share))}</td>'
