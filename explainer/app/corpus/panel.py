"""Beside the graph: the selected step, what carries it, and the sentences that take it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explainer import CommonPattern, Edge
from explainer.app.compute.runs.corpus import along
from explainer.app.corpus.choices import SETTINGS
from explainer.app.corpus.sources import Known
from explainer.app.corpus.state import LINKED, SURVEY
from explainer.app.state.choices import Choices
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain, unbroken
from explainer.base.numbers import percent, signed
from explainer.corpus.along import Along
from explainer.corpus.common import Chosen
from explainer.figures.canvas.text import brief
from explainer.figures.canvas.wording import carrier, measured
from explainer.figures.common.said import digits, way
from explainer.results.common.pattern import CommonStep
from explainer.results.route import SKIP

UNSELECTED = "The strongest step that a head carries. Click a ribbon for others."
LITTLE, MOST_TOLD = 0.05, 3
"""The share of the strongest component from which others are told of, and how many at most."""
GONE = "The selected step is taken in none of these sentences: the strongest one is shown."


def selected_step(common: CommonPattern) -> Edge | None:
    """The step that is looked at: the selected one, else the strongest that a head carries."""
    edge = LINKED.get().edge
    if edge is not None and _steps(common, edge):
        return edge
    moving = [step for step in common.steps if step.component != SKIP]
    strongest = max(moving or common.steps, key=lambda step: step.size, default=None)
    return None if strongest is None else Edge(*strongest[:3], None)


def _steps(common: CommonPattern, edge: Edge) -> tuple[CommonStep, ...]:
    """What is known of a step, by each component."""
    found = common.edges.get((edge.layer, edge.source, edge.target), ())
    return tuple(step for step in found if edge.component in (None, step.component))


def panel(known: Known, common: CommonPattern, chosen: Chosen, edge: Edge | None) -> None:
    """Everything about one step."""
    if edge is None:
        return
    asked = LINKED.get().edge
    if asked is None or asked[:3] != edge[:3]:
        st.caption(UNSELECTED if asked is None else GONE)
    else:
        st.button(
            "Show the strongest",
            type="tertiary",
            icon=":material/close:",
            key="corpus_unselect",
            on_click=SURVEY.change,
            kwargs={"at": None},
        )
    st.markdown(f"**{plain(way(common, edge.source, edge.target))}** in block {edge.layer}")
    every = _steps(common, edge._replace(component=None))
    if len(every) > 1:
        _component_field(edge, every)
    told = _steps(common, edge)
    most = LITTLE * max(step.size for step in told)
    for step in [step for step in told if step.size >= most][:MOST_TOLD]:
        st.markdown(_said(common, step))
    _sentences(known, common, chosen, edge)


def _component_field(edge: Edge, every: tuple[CommonStep, ...]) -> None:
    """All that carries the step, or one component of it alone."""
    names = ["all", *(carrier(step.component) for step in every)]
    components = dict(zip(names, (None, *(step.component for step in every)), strict=True))

    def changed(name: str) -> None:
        SURVEY.change(at=edge._replace(component=components[name]))

    shown = "all" if edge.component is None else carrier(edge.component)
    st.pills(
        "By",
        names,
        required=True,
        help=words("component"),
        **SURVEY.show("component", shown, changed, "default"),
    )


def _said(common: CommonPattern, step: CommonStep) -> str:
    """What a component carries on the step, in a sentence."""
    places = digits(common.unit)
    total = measured(signed(step.total, places), common.unit)
    share = percent(step.sentences / common.sentences)
    said = f"By {carrier(step.component)} in {share} of the sentences, {total} in the mean of all"
    if step.positive and step.negative:
        said += f" ({signed(step.positive, places)} and {signed(step.negative, places)})"
    if step.component != SKIP:
        value, key, query = (signed(part, places) for part in (step.value, step.key, step.query))
        said += f"; what arrives comes by its value {value}, key {key}, query {query}"
    return plain(unbroken(f"{said}."))


def _sentences(known: Known, common: CommonPattern, chosen: Chosen, edge: Edge) -> None:
    """The sentences that take the step, the strongest first, and the way into one of them."""
    found = along(known.sentences, chosen, edge)
    first = found.strongest
    if not first:
        return
    listed = f", the strongest {len(first)} of them" if len(first) < found.count else ""
    st.caption(
        plain(
            f"In {found.count:,} of {found.sentences:,} sentences{listed}, with what it carries in "
            f"{common.unit}; choose one to open it"
        )
    )
    picked = st.dataframe(
        pd.DataFrame(
            {
                "sentence": [" | ".join(filter(None, (one.text, one.pair))) for one in first],
                "carries": [one.carried for one in first],
                "Q": [one.value for one in first],
                "group": [one.group or "" for one in first],
            }
        )[["carries", "Q", "sentence", *(["group"] if any(one.group for one in first) else [])]],
        key=f"corpus_sentences_{hash((known.sentences.name, chosen, edge))}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=280 if len(first) > 6 else "content",
        column_config={
            "sentence": st.column_config.TextColumn("sentence", width=430),
            "carries": st.column_config.NumberColumn("carries", format="%+.3f", width=80),
            "Q": st.column_config.NumberColumn("Q", format="%+.2f", width=64),
        },
    )
    rows = picked["selection"]["rows"]
    one = first[rows[0]] if rows and rows[0] < len(first) else first[0]
    _way_in(one.text, explored(known, common, one))


def _way_in(text: str, link: dict[str, str] | None) -> None:
    """The link that opens a sentence in Explore; the text itself where no link can have it."""
    if link is None:
        st.caption("Too long for a link: copy it and paste it on Explore.")
        st.code(text, language=None, wrap_lines=True, height=160)
        return
    st.page_link(
        "pages/explore.py",
        label=f"Open in Explore: {plain(brief(text))}",
        icon=":material/arrow_forward:",
        query_params=link,
    )


def explored(known: Known, common: CommonPattern, one: Along) -> dict[str, str] | None:
    """The link that opens a sentence in Explore, with its word and step selected; None for a text
    that is too long for one."""
    asked: dict[str, Any] = {name: getattr(known.settings, name) for name in SETTINGS}
    asked |= {"correct": None, "wrong": None}
    if common.model.task == "masked-lm" and len(common.targets) == 1:
        asked |= {"correct": one.correct, "wrong": one.wrong}
    elif common.model.task == "classification":
        asked |= {"label": one.correct, "other": one.wrong}
    chosen = Choices(
        model=known.model,
        text=one.text,
        pair=one.pair,
        word=one.word,
        at=one.step,
        share=0,
        **asked,
    )
    # The text is always named: an empty link would leave Explore as it is.
    return {"text": one.text, **chosen.to_query()} if chosen.fits_link else None
