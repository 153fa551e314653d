"""What each head does over the sentences, and how much they differ block by block."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explainer import CommonPattern
from explainer.app.corpus.state import SURVEY
from explainer.app.widgets.glossary import words
from explainer.app.widgets.markdown import plain
from explainer.base.numbers import percent
from explainer.figures.common.report import CLASSES_NOTE
from explainer.figures.common.said import says_between, way

MOST_ROWS = 10
HEADS = (
    "What heads do, in the mean of all sentences, in {}: what patterns through a head carry, "
    "whatever for and with its sign; how it carries what arrives, by value, key and query; along "
    "which step most, from which class of words to which, and in which sentence. Choose a row to "
    "see its step. Of all steps {} {} are skip connections."
)
BLOCKS = (
    "How much sentences differ in where the pattern of a role goes, and by what, in nats: 0 where "
    "all agree."
)


def head_frame(common: CommonPattern) -> pd.DataFrame:
    """One row for each head that patterns take, the strongest first; in the unit of Q, shares in
    per cent."""
    heads = common.heads
    examples = [head.examples[0] if head.examples else None for head in heads]
    return pd.DataFrame(
        {
            "block": [head.layer for head in heads],
            "head": [head.head for head in heads],
            "carries": [head.size for head in heads],
            "for − against": [head.total for head in heads],
            "value": [head.value for head in heads],
            "key": [head.key for head in heads],
            "query": [head.query for head in heads],
            "low": [head.interval[0] if common.sentences > 1 else None for head in heads],
            "high": [head.interval[1] if common.sentences > 1 else None for head in heads],
            "in sentences": [100 * head.sentences / common.sentences for head in heads],
            "most along": [way(common, h.strongest.source, h.strongest.target) for h in heads],
            "of words": [says_between(head) for head in heads],
            "most in": ["" if one is None else one.text for one in examples],
        }
    )


def head_table(common: CommonPattern) -> None:
    """The table of heads; choosing a row selects the step that the head carries most on."""
    heads = common.heads
    if not heads:
        return
    key = f"corpus_heads_{common.sentences}"

    def chosen() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        if picked and picked[0] < len(heads):
            SURVEY.change(at=heads[picked[0]].strongest.place)

    skips = common.skips
    shares = f"[{percent(skips.low)}, {percent(skips.high)}]"
    st.caption(
        plain(HEADS.format(common.unit, percent(skips.value), shares)),
        help=words("head", "value, key and query", "skip connection"),
    )
    number = st.column_config.NumberColumn
    signed = number(format="%+.3f", width=70)
    st.dataframe(
        head_frame(common),
        key=key,
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        height="content" if len(heads) <= MOST_ROWS else 390,
        column_config={
            "block": number("block", width=56),
            "head": number("head", width=52),
            "carries": number("carries", format="%.3f", width=70),
            "for − against": number(format="%+.3f", width=100),
            **dict.fromkeys(("value", "key", "query"), signed),
            "most along": st.column_config.TextColumn("most along", width=190),
            "low": number("95 % from", format="%+.3f", width=78),
            "high": number("to", format="%+.3f", width=70),
            "in sentences": number("in sentences", format="%.0f %%", width=90),
            "of words": st.column_config.TextColumn("of words", width=190),
            "most in": st.column_config.TextColumn("most in", width=380),
        },
    )


def class_frame(common: CommonPattern) -> pd.DataFrame:
    """One row for each class of words, the one with most influence first."""
    return pd.DataFrame(
        {
            "class": [one.name for one in common.classes],
            "tokens": [one.tokens for one in common.classes],
            "in sentences": [100 * one.sentences / common.sentences for one in common.classes],
            "influence": [one.influence for one in common.classes],
        }
    )


def class_table(common: CommonPattern) -> None:
    """The table of classes of words."""
    st.caption(CLASSES_NOTE)
    number = st.column_config.NumberColumn
    st.dataframe(
        class_frame(common),
        hide_index=True,
        height="content",
        column_config={
            "in sentences": number("in sentences", format="%.0f %%"),
            "influence": number(f"influence ({common.unit})", format="%+.3f"),
        },
    )


def block_frame(common: CommonPattern) -> pd.DataFrame:
    """The entropies of each block, in nats."""
    return pd.DataFrame(
        {
            "block": range(len(common.node_entropy)),
            "entropy of nodes": common.node_entropy,
            "entropy of components": common.component_entropy,
        }
    )


def block_table(common: CommonPattern) -> None:
    """The table of blocks."""
    st.caption(BLOCKS)
    nats = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        block_frame(common),
        hide_index=True,
        height="content",
        column_config=dict.fromkeys(("entropy of nodes", "entropy of components"), nats),
    )
