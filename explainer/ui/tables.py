"""The numbers behind the graph: every word's pattern, and every block's skip and head shares."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explainer import Explanation
from explainer.figures.summary import short_route
from explainer.pattern import Level
from explainer.ui import state

MOST_ROWS = 14


def pattern_frame(explanation: Explanation, level: Level) -> pd.DataFrame:
    """One row per word, strongest first; influences in logits, shares in per cent."""
    return pd.DataFrame(
        {
            "word": [p.token for p in explanation.patterns],
            "g": [p.influence for p in explanation.patterns],
            "I_e": [p.embedding_influence for p in explanation.patterns],
            "I_a": [p.attention_influence for p in explanation.patterns],
            "I_e / g": [100 * p.share("embedding") for p in explanation.patterns],
            "I_a / g": [100 * p.share("attention") for p in explanation.patterns],
            "path": [short_route(explanation, p, level) for p in explanation.patterns],
        }
    )


def pattern_table(explanation: Explanation, level: Level) -> None:
    """The table of patterns; choosing a row selects its word."""
    selected = state.choices().word
    sources = [p.source for p in explanation.patterns]
    key = f"patterns_{selected}"
    number = st.column_config.NumberColumn

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        state.change(word=sources[rows[0]] if rows and rows[0] < len(sources) else None)

    st.dataframe(
        pattern_frame(explanation, level),
        key=key,
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        selection_default={
            "selection": {"rows": [sources.index(selected)] if selected in sources else []}
        },
        height="content" if len(sources) <= MOST_ROWS else 500,
        column_config={
            "word": st.column_config.TextColumn("word", width=120),
            "g": number("g", format="%+.3f", width=76, help="Influence of the word, logits"),
            "I_e": number("Iₑ", format="%+.3f", width=76, help="Carried by its nodes"),
            "I_a": number("Iₐ", format="%+.3f", width=76, help="By heads and skips"),
            "I_e / g": number("Iₑ / g", format="%.0f %%", width=76),
            "I_a / g": number("Iₐ / g", format="%.0f %%", width=76),
            "path": st.column_config.TextColumn("path", width=520),
        },
    )


def block_frame(explanation: Explanation) -> pd.DataFrame:
    """Skip's and the heads' shares of each block in per cent, and the strongest head's number."""
    flow = explanation.flow
    assert flow is not None
    shares = flow.skip_shares()
    by_head = abs(flow.heads).sum(axis=(2, 3))
    return pd.DataFrame(
        {
            "block": range(len(shares)),
            "skip": 100 * shares,
            "heads": 100 * (1 - shares),
            "skip, signed": 100 * flow.signed_skip_shares(),
            "strongest head": by_head.argmax(axis=1),
        }
    )


def block_table(explanation: Explanation) -> None:
    """The table of blocks."""
    percent = st.column_config.NumberColumn(format="%.0f %%")
    st.dataframe(
        block_frame(explanation),
        hide_index=True,
        height="content",
        column_config=dict.fromkeys(("skip", "heads", "skip, signed"), percent),
    )
