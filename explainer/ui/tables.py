"""The numbers behind the graph: every word's pattern, and every block's skip and head shares."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explainer import Explanation
from explainer.figures import View, says
from explainer.figures.summary import short_route
from explainer.pattern import Level, Pattern
from explainer.ui import state
from explainer.ui.markdown import plain
from explainer.ui.selection import with_word

MOST_ROWS = 14
FEW_ROWS = 6


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
        word = sources[rows[0]] if rows and rows[0] < len(sources) else None
        state.put(with_word(explanation, state.choices(), word))

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


def passing_frame(
    explanation: Explanation, passing: Sequence[Pattern], level: Level
) -> pd.DataFrame:
    """One row per pattern; what it carries in logits, shares in per cent."""
    together = sum(abs(p.value(level)) for p in passing)
    return pd.DataFrame(
        {
            "word": [p.token for p in passing],
            "carries": [p.value(level) for p in passing],
            "of the word": [100 * p.share(level) for p in passing],
            "of all that pass": [
                100 * abs(p.value(level)) / together if together else 0.0 for p in passing
            ],
            "path": [short_route(explanation, p, level) for p in passing],
        }
    )


def passing_table(explanation: Explanation, passing: Sequence[Pattern], view: View) -> None:
    """The patterns that pass the selected node or step; choosing a row looks at its word alone."""
    sources = [p.source for p in passing]
    key = f"passing_{hash((view.place, view.selected))}"
    number = st.column_config.NumberColumn

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        state.change(word=sources[rows[0]] if rows and rows[0] < len(sources) else None)

    assert view.place is not None
    st.caption(
        f"What passes through {plain(says.place(explanation, view.place))}: choose a row to look "
        "at its word alone"
    )
    st.dataframe(
        passing_frame(explanation, passing, view.level),
        key=key,
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        selection_default={
            "selection": {
                "rows": [sources.index(view.selected)] if view.selected in sources else []
            }
        },
        height="content" if len(sources) <= FEW_ROWS else 240,
        column_config={
            "word": st.column_config.TextColumn("word", width=120),
            "carries": number("carries", format="%+.3f", width=90, help="logits"),
            "of the word": number("of the word’s g", format="%.0f %%", width=110),
            "of all that pass": number("of all that pass", format="%.0f %%", width=110),
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
